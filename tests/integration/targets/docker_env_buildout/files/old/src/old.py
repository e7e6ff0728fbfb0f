import six


def main():
    print("old with six " + six.__version__)
