/// Bytes of an Arrow file or of one of its buffers, each access to which is checked.
internal import TareCore

/// A view; whoever makes one keeps the bytes alive while it is used.
struct ArrowBytes {
  private let base: UnsafeRawPointer?
  let count: Int

  init(_ bytes: UnsafeRawBufferPointer) {
    base = bytes.baseAddress
    count = bytes.count
  }

  static var empty: ArrowBytes { ArrowBytes(UnsafeRawBufferPointer(start: nil, count: 0)) }

  var isEmpty: Bool { count == 0 }
  var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  func slice(_ start: Int, _ length: Int) throws(TareError) -> ArrowBytes {
    guard start >= 0, length >= 0, start <= count, length <= count - start else {
      throw .arrow("\(length) bytes at offset \(start), past the end of \(count)")
    }
    return ArrowBytes(UnsafeRawBufferPointer(rebasing: buffer[start..<start + length]))
  }

  /// A little-endian number.
  func load<Number: FixedWidthInteger & BitwiseCopyable>(
    _ offset: Int, as type: Number.Type
  ) throws(TareError) -> Number {
    let size = MemoryLayout<Number>.size
    guard offset >= 0, count >= size, offset <= count - size, let base else {
      throw .arrow("\(size) bytes at offset \(offset), past the end of \(count)")
    }
    return Number(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: Number.self))
  }

  func starts(with mark: some Collection<UInt8>) -> Bool { buffer.starts(with: mark) }

  /// The first `number` values that the bytes hold.
  func values<Value: BitwiseCopyable>(
    _ number: Int, of type: Value.Type
  ) throws(TareError) -> ArrowValues<Value> {
    let size = MemoryLayout<Value>.size
    guard number >= 0, number <= count / size else {
      throw .arrow("a buffer of \(count) bytes for \(number) values of \(size) bytes")
    }
    return ArrowValues(base: base, count: number)
  }
}

/// Values one behind the other, at any address.
struct ArrowValues<Value: BitwiseCopyable>: RandomAccessCollection {
  fileprivate let base: UnsafeRawPointer?
  let count: Int

  var startIndex: Int { 0 }
  var endIndex: Int { count }

  subscript(index: Int) -> Value {
    guard let base, index >= 0, index < count else {
      preconditionFailure("a value within the buffer")
    }
    return base.loadUnaligned(fromByteOffset: index &* MemoryLayout<Value>.size, as: Value.self)
  }
}

extension TareError {
  /// Damage of an Arrow file; who calls adds the place.
  static func arrow(_ found: String) -> TareError {
    .badData(place: "", found: found, accepted: "an undamaged Arrow file")
  }
}

extension ArrowValues {
  /// All at once, as they are.
  func append(to values: inout [Value]) where Value: Numeric {
    guard let base, count > 0 else { return }
    let start = values.count
    values.append(contentsOf: repeatElement(0, count: count))
    values.withUnsafeMutableBytes { target in
      let size = MemoryLayout<Value>.size
      UnsafeMutableRawBufferPointer(rebasing: target[(start * size)...])
        .copyMemory(from: UnsafeRawBufferPointer(start: base, count: count * size))
    }
  }
}
