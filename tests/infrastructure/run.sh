#!/bin/sh
# Use the collection as a user does: the tarball is installed into an empty infrastructure repository, which sees
# nothing of the checkout, and the role runs there by its full name on a host of the test bed.
#
#     tests/infrastructure/run.sh tests/output/dockenv-python-0.1.0.tar.gz
set -eu
tarball=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
root=$(realpath "$here/../..")
repository=$root/tests/output/infrastructure

rm -rf "$repository"
cp -R "$here/repository" "$repository"
cd "$repository"
export ANSIBLE_COLLECTIONS_PATH="$repository/collections"

# What `ansible-galaxy collection install -r requirements.yml` would fetch, from where it is here already.
mkdir -p collections/ansible_collections
cp -R "$root/.cache/collections/ansible_collections/community" collections/ansible_collections/
ansible-galaxy collection install --offline --collections-path collections "$tarball"
ansible-galaxy collection verify --offline dockenv.python
ansible-playbook --syntax-check site.yml

destroy() {
  ansible-playbook "$root/molecule/shared/destroy.yml"
}
trap destroy EXIT
destroy
ansible-playbook --extra-vars "@$here/hosts.yml" "$root/molecule/shared/create.yml"
ansible-playbook site.yml
# The collection's playbook by its full name, on the host as it is now.
ansible-playbook dockenv.python.docker_server
