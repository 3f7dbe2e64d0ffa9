# shellcheck shell=bash
# Sourced, not run: finds uv and Python, and brings uv where it is absent.
PYTHON_VERSION=3.13

# Path of uv: on PATH, else installed by pip into .tools/.
uv_path() {
  if command -v uv; then return; fi
  local tools
  tools=$PWD/.tools/uv-$(sha256sum requirements/uv.txt | cut -c1-12)
  [ -x "$tools/bin/uv" ] || bring_uv "$tools" >&2
  echo "$tools/bin/uv"
}

bring_uv() {
  echo "setup: uv into .tools"
  mkdir -p .tools
  local python
  for python in python3 "$(python_path)"; do
    "$python" -m pip install --quiet --disable-pip-version-check --root-user-action ignore --require-hashes \
      --requirement requirements/uv.txt --target "$1" 2>.tools/pip.log && return
  done
  echo "setup: uv is missing and pip could not bring it, see .tools/pip.log"
  echo "setup: install uv, or pip (apt-get install python3-pip), then run this again"
  return 1
}

# An interpreter: on PATH, else among pyenv's. Else the bare version, which uv then downloads.
python_path() {
  local found
  for found in "python$PYTHON_VERSION" "${PYENV_ROOT:-${HOME:-}/.pyenv}/versions/$PYTHON_VERSION".*/bin/python3; do
    # pyenv's shim needs to hear which version; a virtual environment's own interpreter may be about to go.
    PYENV_VERSION=$PYTHON_VERSION "$found" -c \
      "import sys; print(f'{sys.base_prefix}/bin/python$PYTHON_VERSION')" 2>/dev/null && return
  done
  echo "$PYTHON_VERSION"
}
