#!/bin/sh
# usage: pydock.sh build BASE | install PACKAGE... | keep | restore
# The steps of pydock 0.0.6 with its template, but for sudo, which needs a package mirror. Its environment is /root/pydock.
set -eu
folder=/root/pydock image=pydock-bench

case $1 in
  build)
    mkdir --parents "$folder"
    : > "$folder/requirements.txt"
    chown 1000 "$folder/requirements.txt"
    cat > "$folder/dockerfile" <<EOF
FROM $2
RUN useradd --create-home --uid 1000 --shell /bin/bash joe
WORKDIR /home/joe/
USER joe
RUN echo 'export PATH=/home/joe/.local/bin:\$PATH' >> ~/.bashrc
COPY requirements.txt /src/requirements.txt
RUN pip --disable-pip-version-check install -r /src/requirements.txt
EOF
    docker build --tag "$image:latest" --file "$folder/dockerfile" "$folder"
    ;;
  install)
    shift
    docker run --name "$image-tmp" --volume "$folder/requirements.txt:/home/joe/requirements.txt" --user 1000 "$image" \
      bash -c "pip install $* && pip freeze > ~/requirements.txt"
    new=$(docker commit "$image-tmp")
    docker rmi --force "$image:latest"
    docker tag "$new" "$image:latest"
    docker rm --force "$image-tmp"
    ;;
  keep)
    docker tag "$image:latest" "$image:kept"
    ;;
  restore)
    docker tag "$image:kept" "$image:latest"
    ;;
esac
