/// The body of a record batch on its way to a file: nodes and buffers of some rows of each column.
struct ArrowBody {
  private(set) var bytes: [UInt8] = []
  /// Two numbers each: of a node its length and its nulls, of a buffer its offset and its length.
  private(set) var nodes: [Int64] = []
  private(set) var buffers: [Int64] = []
  private let deflater: ArrowDeflater?

  init(_ deflater: ArrowDeflater?) { self.deflater = deflater }

  // MARK: - Copies

  mutating func add(node length: Int64, nulls: Int64) { nodes += [length, nulls] }

  /// A buffer as it stands in another body, compressed or not.
  mutating func add(copied buffer: ArrowBytes) {
    buffers += [Int64(bytes.count), Int64(buffer.count)]
    bytes.append(contentsOf: buffer.buffer)
    while bytes.count % 8 != 0 { bytes.append(0) }
  }

  // MARK: - Buffers

  private mutating func add(_ buffer: UnsafeRawBufferPointer) {
    let start = bytes.count
    if !buffer.isEmpty {
      if let deflater {
        deflater.deflate(buffer, to: &bytes)
      } else {
        bytes.append(contentsOf: buffer)
      }
    }
    buffers += [Int64(start), Int64(bytes.count - start)]
    while bytes.count % 8 != 0 { bytes.append(0) }
  }

  private mutating func add(_ values: ArraySlice<some BitwiseCopyable>) {
    values.withUnsafeBytes { add($0) }
  }

  private mutating func add(_ values: [some BitwiseCopyable]) {
    add(values[...])
  }

  /// A bit a row, the lowest first.
  private mutating func add(bits: ArraySlice<Bool>, inverted: Bool) {
    var packed = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
    for (index, bit) in bits.enumerated() where bit != inverted {
      packed[index >> 3] |= 1 << (index & 7)
    }
    add(packed)
  }

  private mutating func add(
    offsets: ArraySlice<Int>, isLarge: Bool
  ) {
    let first = offsets.first ?? 0
    if isLarge {
      add(offsets.map { Int64($0 - first) })
    } else {
      add(offsets.map { Int32(truncatingIfNeeded: $0 - first) })
    }
  }

  // MARK: - Columns

  mutating func add(_ column: Column, _ type: ArrowColumnType, _ rows: Range<Int>) {
    let missing = column.missing?[rows]
    let nulls = missing.map { $0.count { $0 } } ?? 0
    if case .nothing = column.values {
      nodes += [Int64(rows.count), Int64(rows.count)]
      return
    }
    nodes += [Int64(rows.count), Int64(nulls)]
    if let missing, nulls > 0 { add(bits: missing, inverted: true) } else { add([UInt8]()) }
    switch column.values {
    case .bools(let values): add(bits: values[rows], inverted: false)
    case .integers(let values): add(values[rows])
    case .numbers(let values): add(values[rows])
    case .texts(let texts):
      let offsets = texts.starts[rows.lowerBound...rows.upperBound]
      add(offsets: offsets, isLarge: type.isLarge)
      add(texts.bytes[texts.starts[rows.lowerBound]..<texts.starts[rows.upperBound]])
    case .names(let codes, let texts):
      add(codes: codes, texts, rows, missing, type)
    case .lists(let starts, let elements):
      add(offsets: starts[rows.lowerBound...rows.upperBound], isLarge: type.isLarge)
      add(elements, type.children[0], starts[rows.lowerBound]..<starts[rows.upperBound])
    case .objects(let members, _):
      for (member, type) in zip(members, type.children) { add(member.column, type, rows) }
    case .nothing: break
    }
  }

  private mutating func add(
    codes: [Int32], _ texts: Texts, _ rows: Range<Int>, _ missing: ArraySlice<Bool>?,
    _ type: ArrowColumnType
  ) {
    // What a row without a value has for a code may be no code at all.
    let known = rows.map { missing?[$0] == true ? Int32(0) : codes[$0] }
    guard type.dictionary == nil else { return add(known) }
    var offsets = [0]
    var content: [UInt8] = []
    for (row, code) in zip(rows, known) {
      if missing?[row] != true {
        let range = texts.starts[Int(code)]..<texts.starts[Int(code) + 1]
        content.append(contentsOf: texts.bytes[range])
      }
      offsets.append(content.count)
    }
    add(offsets: offsets[...], isLarge: type.isLarge)
    add(content)
  }
}
