from setuptools import setup

setup(
    name="old",
    version="0.1",
    package_dir={"": "src"},
    py_modules=["old"],
    install_requires=["six"],
    entry_points={"console_scripts": ["old = old:main"]},
)
