"""`python -m sqlcoder_core` is the command `sqlcoder`."""

from sqlcoder_core.cli import main

if __name__ == "__main__":
    main()
