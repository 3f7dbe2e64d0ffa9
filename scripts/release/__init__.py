"""Release the images of a commit: built once, scanned, pushed, signed, with what they hold and where they come from."""


class ReleaseError(RuntimeError):
    """The images cannot be released; the message says what to do."""
