"""The page of ``trustsim serve``: a small server over scenario files and run folders, and its static files."""
