#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image in which submissions are graded.
set -euo pipefail

AUTOGRADER=${AUTOGRADER:-/autograder}
SOURCE=$AUTOGRADER/source

is_new_enough() {
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))'
}

# Ubuntu 22.04, Gradescope's default, has Python 3.10 and offers 3.11 beside it; newer images have a newer one.
export DEBIAN_FRONTEND=noninteractive
apt-get update
if is_new_enough python3; then
  PYTHON=python3
  apt-get install -y python3-venv
else
  PYTHON=python3.11
  apt-get install -y python3.11 python3.11-venv
fi
"$PYTHON" -m venv "$AUTOGRADER/python"
"$AUTOGRADER/python/bin/python" -m pip install --disable-pip-version-check --no-cache-dir -r "$SOURCE/requirements.txt"

# Nobody but root reads the grader and its secret. Then a first start, so that a broken image shows now.
chmod -R go= "$SOURCE"
chmod 600 "$SOURCE/secret"
cd "$SOURCE"
"$AUTOGRADER/python/bin/python" -c 'import rnncourse.grading.classroom.command'
