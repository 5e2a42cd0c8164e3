"""Random blocks of every GGUF type that Tare reads, with the float32 values that the gguf package makes of them.

  pip install gguf==0.19.0 numpy safetensors
  python blocks_reference.py blocks.gguf blocks_reference.safetensors

Bytes are random (so every bit of every field is met), but the half-precision scales are drawn from ordinary sizes,
zeros and subnormals, since a random half is NaN or infinite too often. Three rows of 512 values for each type.
"""
import sys
import numpy as np, gguf
from safetensors.numpy import save_file

Q = gguf.GGMLQuantizationType
# Where the half-precision fields of a block stand.
HALVES = {Q.Q4_0: [0], Q.Q4_1: [0, 2], Q.Q5_0: [0], Q.Q5_1: [0, 2], Q.Q8_0: [0], Q.Q2_K: [80, 82],
          Q.Q3_K: [108], Q.Q4_K: [0, 2], Q.Q5_K: [0, 2], Q.Q6_K: [208], Q.IQ1_S: [0], Q.IQ1_M: [], Q.IQ2_XXS: [0],
          Q.IQ2_XS: [0], Q.IQ2_S: [0], Q.IQ3_XXS: [0], Q.IQ3_S: [0], Q.IQ4_NL: [0], Q.IQ4_XS: [0], Q.TQ1_0: [52],
          Q.TQ2_0: [64], Q.MXFP4: [], Q.NVFP4: []}
rng = np.random.default_rng(20261123)
writer = gguf.GGUFWriter(sys.argv[1], "blocks")
reference = {}
for kind in [Q.F32, Q.F16, Q.BF16, *HALVES]:
    rows, columns = 3, 512
    if kind in HALVES:
        values, size = gguf.GGML_QUANT_SIZES[kind]
        blocks = rng.integers(0, 256, (rows * columns // values, size), dtype=np.uint8)
        for at in HALVES[kind]:
            scales = rng.normal(0, 0.05, len(blocks)).astype(np.float16)
            scales[0] = 0
            scales[1 % len(blocks)] = np.float16(3e-7)
            blocks[:, at:at + 2] = scales.view(np.uint8).reshape(-1, 2)
        if kind == Q.IQ1_M:  # the bits of the half-precision scale stand in four words
            words = np.ascontiguousarray(blocks[:, 48:56]).view(np.uint16)
            scales = rng.normal(0, 0.05, len(blocks)).astype(np.float16).view(np.uint16)
            for part in range(4):
                words[:, part] = words[:, part] & 0x0FFF | (scales >> (4 * part) & 15) << 12
            blocks[:, 48:56] = words.view(np.uint8)
        if kind == Q.MXFP4:
            blocks[:, 0] = rng.integers(120, 132, len(blocks))
            blocks[:3, 0] = [0, 1, 2]
        data = blocks.reshape(rows, -1)
    elif kind == Q.F32:
        data = rng.normal(0, 1, (rows, columns)).astype(np.float32)
    elif kind == Q.F16:
        data = rng.normal(0, 1, (rows, columns)).astype(np.float16)
        data[0, :4] = [0, 6e-8, 65504, -2e-5]
    else:
        data = gguf.quants.quantize(rng.normal(0, 1, (rows, columns)).astype(np.float32), kind)
    writer.add_tensor(kind.name, data, raw_dtype=kind)
    reference[kind.name] = gguf.quants.dequantize(data, kind).astype(np.float32).reshape(rows, columns)
writer.write_header_to_file(); writer.write_kv_data_to_file(); writer.write_tensors_to_file(); writer.close()
save_file(reference, sys.argv[2], metadata={"gguf": "0.19.0", "numpy": np.__version__})
