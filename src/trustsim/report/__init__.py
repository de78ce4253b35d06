"""How it is shown: pictures, the terminal table, and the HTML report."""
