"""The compiled room's decorators for code that is not in a file: compiled anew, kept nowhere."""

import numba

compiled = numba.njit(error_model="numpy", nogil=True)
compiled_with_arrays = compiled
inlined = numba.njit(error_model="numpy", nogil=True, inline="always")
