"""What an environment runs: one line of one file on the main branch."""

from __future__ import annotations

import re

from scripts.gitops import GitOpsError
from scripts.gitops.checkout import Checkout
from scripts.image_tag import DIGITS

LINE = re.compile(r'(?m)^(  ref: \{tag: )"?([^"\s]+)"?(\})$')
NONE = "unpublished"


def path(environment: str) -> str:
    """The file that says what an environment runs."""
    return f"charts/gitops/clusters/{environment}/version.yaml"


def read(text: str) -> str:
    """The release that a file names. Raises GitOpsError."""
    found = LINE.findall(text)
    if len(found) != 1:
        raise GitOpsError(f"a version file has one line `  ref: {{tag: ...}}`, this one {len(found)}")
    tag: str = found[0][1]
    return tag


def write(text: str, tag: str) -> str:
    """The same file with another release. A number would be read as one, hence the quotes."""
    read(text)
    return LINE.sub(rf'\g<1>"{tag}"\g<3>', text)


def current(checkout: Checkout, environment: str) -> str:
    """What the main branch says that an environment runs; `unpublished` before the first release."""
    return read(checkout.read(checkout.head, path(environment)))


def previous(checkout: Checkout, environment: str) -> str:
    """What it ran before. Raises GitOpsError when there is nothing to go back to."""
    now = current(checkout, environment)
    for commit in checkout.history(path(environment)):
        before = read(checkout.read(commit, path(environment)))
        if before not in (now, NONE):
            return before
    raise GitOpsError(f"{environment} never ran another release than {now}")


def tag_of(commit: str) -> str:
    """The tag of a commit's release and images."""
    return commit[:DIGITS]
