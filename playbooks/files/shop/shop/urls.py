from django.conf import settings
from django.http import HttpResponse
from django.urls import path


def show(request):
    served = "nginx" if "HTTP_X_FORWARDED_FOR" in request.META else "nothing"
    return HttpResponse(f"{settings.SHOP_GREETING}, {settings.SHOP_CUSTOMER}; behind {served}\n", content_type="text/plain")


urlpatterns = [path("", show)]
