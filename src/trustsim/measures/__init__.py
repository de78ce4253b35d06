"""WHAT COMES OUT: numbers of a finished run. Importing this package loads every outcome and fills the registry."""

import importlib
import pkgutil

for _file in pkgutil.walk_packages(__path__, prefix=f"{__name__}."):
    importlib.import_module(_file.name)
