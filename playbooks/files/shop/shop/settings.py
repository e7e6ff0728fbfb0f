"""The settings of all customers; what differs between them comes from the environment."""

import os

SECRET_KEY = os.environ.get("SHOP_SECRET_KEY", "only good enough to look at")
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "shop.urls"
SHOP_CUSTOMER = os.environ.get("SHOP_CUSTOMER", "nobody")
SHOP_GREETING = os.environ.get("SHOP_GREETING", "Welcome")
