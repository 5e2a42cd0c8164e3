/// Writes Thrift's compact protocol, for Parquet's footer and page headers.

struct ThriftWriter {
  private(set) var bytes: [UInt8] = []
  /// The number of the field before, of which the next one writes the difference.
  private var last = 0

  private typealias Kind = ThriftReader.Kind

  static func structure(_ body: (inout ThriftWriter) -> Void) -> [UInt8] {
    var writer = ThriftWriter()
    writer.structure(body)
    return writer.bytes
  }

  private mutating func structure(_ body: (inout ThriftWriter) -> Void) {
    let outer = last
    last = 0
    body(&self)
    bytes.append(Kind.stop.rawValue)
    last = outer
  }

  mutating func field(_ number: Int, int32 value: Int) {
    head(number, .int32)
    zigzag(value)
  }

  mutating func field(_ number: Int, int64 value: Int) {
    head(number, .int64)
    zigzag(value)
  }

  mutating func field(_ number: Int, byte value: Int8) {
    head(number, .byte)
    bytes.append(UInt8(bitPattern: value))
  }

  mutating func field(_ number: Int, bool value: Bool) { head(number, value ? .yes : .no) }

  mutating func field(_ number: Int, _ text: String) { field(number, Array(text.utf8)) }

  mutating func field(_ number: Int, _ value: [UInt8]) {
    head(number, .binary)
    binary(value)
  }

  mutating func field(_ number: Int, _ body: (inout ThriftWriter) -> Void) {
    head(number, .structure)
    structure(body)
  }

  /// A structure that is encoded already.
  mutating func field(_ number: Int, structure: [UInt8]) {
    head(number, .structure)
    bytes += structure
  }

  mutating func field(_ number: Int, integers: [Int]) {
    head(number, .list)
    listHead(integers.count, .int32)
    for value in integers { zigzag(value) }
  }

  mutating func field(_ number: Int, texts: [String]) {
    head(number, .list)
    listHead(texts.count, .binary)
    for text in texts { binary(Array(text.utf8)) }
  }

  /// A list of structures that are encoded already.
  mutating func field(_ number: Int, structures: [[UInt8]]) {
    head(number, .list)
    listHead(structures.count, .structure)
    for structure in structures { bytes += structure }
  }

  /// Pairs of texts, as the structures KeyValue.
  mutating func field(_ number: Int, keyValues: [(key: String, value: String)]) {
    field(
      number,
      structures: keyValues.map { pair in
        ThriftWriter.structure { writer in
          writer.field(1, pair.key)
          writer.field(2, pair.value)
        }
      })
  }

  private mutating func head(_ number: Int, _ kind: Kind) {
    // All fields stand in order and closer than 16.
    bytes.append(UInt8(number - last) << 4 | kind.rawValue)
    last = number
  }

  private mutating func listHead(_ count: Int, _ kind: Kind) {
    if count < 15 {
      bytes.append(UInt8(count) << 4 | kind.rawValue)
    } else {
      bytes.append(0xF0 | kind.rawValue)
      varint(UInt64(count))
    }
  }

  private mutating func binary(_ value: [UInt8]) {
    varint(UInt64(value.count))
    bytes += value
  }

  private mutating func zigzag(_ value: Int) {
    varint(UInt64(bitPattern: Int64(value << 1 ^ value >> 63)))
  }

  private mutating func varint(_ value: UInt64) { bytes.append(varint: value) }
}

extension [UInt8] {
  /// Seven bits a byte, least first.
  mutating func append(varint value: UInt64) {
    var value = value
    while value >= 0x80 {
      append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    append(UInt8(value))
  }
}
