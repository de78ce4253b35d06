"""``python -m trustsim.cli`` is ``trustsim``."""

from trustsim.cli import main

if __name__ == "__main__":
    main()
