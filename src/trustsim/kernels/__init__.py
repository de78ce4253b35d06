"""Compiled loops over arrays. No domain words beyond arrays, and the same bits as plain Python.

Rules of this room (they make compiled and plain code agree to the last bit, and keep the loops vectorised):

- kernels stand at module level and are declared with :func:`trustsim.kernels.compiled.compiled`;
- no fast-math and no contraction: sums of floats keep their order, sums across blocks are integers;
- constants are typed (``np.float32(0.5)``, ``np.uint64(32)``): a bare literal would promote in compiled code only;
- no transcendental function: a table made once by NumPy is handed in.
"""
