/// bitsandbytes: 4 bits (NF4 of arXiv 2305.14314, FP4) and 8 bits (LLM.int8(), arXiv 2208.07339).
///
/// 4 bits: `weight` holds the values row after row, the first of two in the high half byte, each an entry
/// of a table of 16 times the block's `absmax`, which may be quantised itself. 8 bits: `weight` I8,
/// `SCB` the largest magnitude of each row, which 127 stands for.
internal import CKernels
package import TareCore

package enum BitsAndBytes: WeightQuantization {
  package static let key = "bitsandbytes"
  package static let summary = "bitsandbytes, 4 bits (nf4, fp4, nested scales) and 8 bits"

  package static func recognises(_ settings: JSONObject) -> Bool {
    settings["load_in_4bit"] != nil || settings["load_in_8bit"] != nil
  }

  private static let stateEnding = ".quant_state.bitsandbytes__"
  /// bitsandbytes' tables (functional.py, get_4bit_type).
  static let tables: [String: [Float]] = [
    "nf4": [
      -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
      -0.18477343022823334, -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725,
      0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
      0.7229568362236023, 1,
    ],
    "fp4": [
      0, 0.0052083333333, 0.6666666666667, 1, 0.3333333333333, 0.5, 0.1666666666667, 0.25,
      0, -0.0052083333333, -0.6666666666667, -1, -0.3333333333333, -0.5, -0.1666666666667, -0.25,
    ],
  ]

  package static func unpack(_ settings: QuantizationSettings) throws(TareError) {
    for type in tables.keys.sorted() {
      for name in settings.parts.stems(stateEnding + type) {
        try fourBits(name, type, settings)
      }
    }
    let isEight = settings.parts.stems(".SCB")
    settings.quantisesActivations = !isEight.isEmpty
    for stem in isEight { try eightBits(stem, &settings.parts) }
  }

  private static func eightBits(_ stem: String, _ parts: inout PackedParts) throws(TareError) {
    let codes = try parts.takeWhole(stem + ".weight", for: "8-bit values of bitsandbytes")
    let stored = try parts.takeFloats(stem + ".SCB", for: "the rows' largest magnitudes")
    if let format = parts.takeWholeIfThere(stem + ".weight_format"),
      !format.integers.allSatisfy({ $0 == 0 })
    {
      throw format.bad("a layout of tiles", "rows (0)")
    }
    guard codes.entry.type == "I8", codes.shape.count == 2, codes.shape[0] > 0 else {
      throw codes.bad("\(codes.entry.type) of shape \(codes.shape)", "I8 [outputs, inputs]")
    }
    let (outputs, inputs) = (codes.shape[0], codes.shape[1])
    let magnitudes = try stored.values(shaped: [[outputs]])
    let packed = PackedTensor(
      kind: "bitsandbytes 8-bit", rows: outputs, columns: inputs,
      bytes: codes.entry.range.count + stored.entry.range.count
    ) { range, target in
      let bytes = codes.bytes
      for row in range {
        let place = target[from: (row - range.lowerBound) * inputs].base
        for column in 0..<inputs {
          let value = Float(Int8(bitPattern: bytes[row * inputs + column]))
          place[column] = value * magnitudes[row] * (1 / 127)
        }
      }
    }
    try parts.add(stem + ".weight", shape: [outputs, inputs], packed, file: codes.file)
  }

  /// - Parameter name: the weight's, with ".weight" or what else it is called.
  private static func fourBits(
    _ name: String, _ type: String, _ settings: QuantizationSettings
  ) throws(TareError) {
    let packed = try settings.parts.takeWhole(name + stateEnding + type, for: "a state")
    let state: JSONValue
    do throws(TareError) {
      state = try JSONValue(parsing: Array(packed.bytes))
    } catch {
      throw error.inside("tensor '\(packed.entry.name)'")
    }
    guard state["quant_type"]?.string == type, let block = state["blocksize"]?.int,
      let extents = state["shape"]?.array, case let shape = extents.compactMap(\.int),
      shape.count == 2, extents.count == 2, (1...(1 << 20)).contains(block),
      shape.allSatisfy({ (1..<(1 << 21)).contains($0) })
    else {
      throw packed.bad(
        "the state \(state.text())", "quant_type '\(type)', blocksize and shape of a matrix")
    }
    let count = shape[0] * shape[1]
    let codes = try FourBitCodes(name, &settings.parts, bytes: (count + 1) / 2)
    try checkTable(name, type, &settings.parts)
    let largest = try magnitudes(
      name, count: (count + block - 1) / block, state, &settings.parts)
    let (columns, table) = (shape[1], tables[type] ?? [])
    let tensor = PackedTensor(
      kind: "bitsandbytes \(type)", rows: shape[0], columns: columns,
      bytes: count / 2 + largest.bytes
    ) { range, target in
      guard let base = codes.bytes.baseAddress else { return }
      let (first, number) = (range.lowerBound * columns, range.count * columns)
      tare_halves(base, first, true, table, target.base, number)
      var at = 0
      while at < number {
        let index = (first + at) / block
        let end = min(number, (index + 1) * block - first)
        let scale = largest.values[index]
        for place in at..<end { target.base[place] *= scale }
        at = end
      }
    }
    try settings.parts.add(name, shape: shape, tensor, file: codes.file)
  }

  /// The file's table must be the one that bitsandbytes' kernels compute with.
  private static func checkTable(
    _ name: String, _ type: String, _ parts: inout PackedParts
  ) throws(TareError) {
    let stored = try parts.takeFloats(name + ".quant_map", for: "the table of 16 values")
    let found = try stored.values(shaped: [[16]])
    guard zip(found, tables[type] ?? []).allSatisfy({ abs($0 - $1) < 1e-5 }) else {
      throw .badData(
        place: "tensor '\(stored.entry.name)'", found: "\(found)",
        accepted: "the table of \(type)")
    }
  }

  /// The blocks' largest magnitudes: floats, or entries of a table of 256 times those of larger blocks,
  /// plus their mean.
  private static func magnitudes(
    _ name: String, count: Int, _ state: JSONValue, _ parts: inout PackedParts
  ) throws(TareError) -> (values: [Float], bytes: Int) {
    guard let codes = parts.takeWholeIfThere(name + ".absmax") else {
      let stored = try parts.takeFloats(name + ".absmax", for: "the blocks' largest magnitudes")
      return (try stored.values(shaped: [[count]]), stored.entry.range.count)
    }
    try codes.check(["U8"], [count])
    guard let block = state["nested_blocksize"]?.int, (1...(1 << 20)).contains(block),
      let offset = state["nested_offset"]?.double
    else {
      throw codes.bad("quantized scales without a state of theirs", "nested_blocksize and offset")
    }
    let outer = try parts.takeFloats(name + ".nested_absmax", for: "scales of scales")
    let largest = try outer.values(shaped: [[(count + block - 1) / block]])
    let table = try parts.takeFloats(name + ".nested_quant_map", for: "the table of 256 values")
      .values(shaped: [[256]])
    let bytes = codes.bytes
    return (
      (0..<count).map { table[Int(bytes[$0])] * largest[$0 / block] + Float(offset) },
      codes.entry.range.count + outer.entry.range.count + 1024
    )
  }
}

/// The bytes of 4-bit values, which may be stored as floats that they are not.
private struct FourBitCodes: Sendable {
  let file: MappedFile
  private let range: Range<Int>
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file.bytes[range]) }

  init(_ name: String, _ parts: inout PackedParts, bytes: Int) throws(TareError) {
    if let whole = parts.takeWholeIfThere(name) {
      (file, range) = (whole.file, whole.entry.range)
    } else {
      let stored = try parts.takeFloats(name, for: "4-bit values of bitsandbytes")
      (file, range) = (stored.file, stored.entry.range)
    }
    guard range.count == bytes else {
      throw .badData(
        place: "tensor '\(name)'", found: "\(range.count) bytes", accepted: "\(bytes) bytes")
    }
  }
}
