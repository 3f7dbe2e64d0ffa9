# shellcheck shell=bash
# Sourced, not run: finds uv and Python 3.13, and brings uv where it is absent.
UV_VERSION=0.13.9
PYTHON_VERSION=3.13

# Path of uv: on PATH, else installed by pip into .tools/.
uv_path() {
  if command -v uv; then return; fi
  local tools=.tools/uv-$UV_VERSION
  if [ ! -x "$tools/bin/uv" ]; then
    echo "setup: bring uv $UV_VERSION into .tools" >&2
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore \
      --target "$tools" "uv==$UV_VERSION" >&2 || {
      echo "setup: uv is missing and pip could not bring it; install uv or python3-pip, then run again" >&2
      return 1
    }
  fi
  echo "$PWD/$tools/bin/uv"
}

# An interpreter, or the bare version that uv then downloads: on PATH, else among pyenv's, else uv's.
python_path() {
  local found
  if found=$(command -v "python$PYTHON_VERSION") && "$found" --version >/dev/null 2>&1; then
    echo "$found"
    return
  fi
  for found in "${PYENV_ROOT:-$(pyenv root 2>/dev/null || echo "$HOME/.pyenv")}"/versions/"$PYTHON_VERSION".*/bin/"python$PYTHON_VERSION"; do
    if [ -x "$found" ]; then echo "$found"; return; fi
  done
  echo "$PYTHON_VERSION"
}
