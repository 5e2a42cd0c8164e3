"""The codebooks of ggml's IQ types as Sources/CKernels/grids.inc.h, from the gguf package.

  pip install gguf==0.19.0 numpy
  python gguf_grids.py > ../../../Sources/CKernels/grids.inc.h

An entry of 8 values of 3 kinds takes 2 bits a value, one of 4 values of 8 kinds 3 bits, the first value in the
lowest bits.
"""
import numpy as np
from gguf import quants

print("// The codebooks of ggml's IQ types; made by Tests/TareEngineTests/Fixtures/gguf_grids.py.")
for name in ["IQ1_S", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ3_XXS", "IQ3_S"]:
    kind = getattr(quants, name)
    kind.init_grid()
    grid = kind.grid.reshape(kind.grid_shape)
    bits = 2 if len(kind.grid_map) == 3 else 3
    codes = np.stack([grid == value for value in kind.grid_map]).argmax(0)
    entries = (codes << (bits * np.arange(grid.shape[1]))).sum(1)
    print(f"\nstatic const uint16_t {name.lower().replace('_', '')}[{len(entries)}] = {{")
    for start in range(0, len(entries), 12):
        print("    " + ", ".join(f"{e:5d}" for e in entries[start:start + 12]) + ",")
    print("};")
