/// Reads decimals of 32 to 256 bits: integers where all of them are, else the nearest numbers.
internal import TareCore

final class ArrowDecimalsReader: ArrowColumnReader {
  private let size: Int
  private let scale: Int
  private var numbers: [Double] = []
  /// nil as soon as one has a fraction, or more digits than an integer.
  private var integers: [Int64]?
  private var missing = ArrowMissing()

  init(size: Int, scale: Int) {
    self.size = size
    self.scale = scale
    integers = scale == 0 ? [] : nil
  }

  var count: Int { numbers.count }

  func append(_ batch: ArrowBatch, rows: Int?) throws(TareError) -> Int {
    let (rows, nulls) = try batch.nextNode(rows)
    let first = count
    try missing.append(try batch.nextBuffer(), rows: rows, nulls: nulls, batch.budget)
    let data = try batch.nextBuffer()
    guard rows <= data.count / size else {
      throw .arrow("a buffer of \(data.count) bytes for \(rows) decimals of \(size) bytes")
    }
    try batch.budget.take(rows, 16)
    for row in 0..<rows {
      if missing.isMissing(first + row) {
        numbers.append(0)
        integers?.append(0)
        continue
      }
      let value = try DecimalInteger(data.slice(size * row, size))
      numbers.append(value.number(scale: scale))
      if let integer = value.integer { integers?.append(integer) } else { integers = nil }
    }
    batch.release()
    return rows
  }

  func column(_ budget: ArrowBudget) -> Column {
    Column(integers.map { .integers($0) } ?? .numbers(numbers), missing: missing.column)
  }
}

/// An integer of up to 256 bits, of which a decimal is some power of ten less.
struct DecimalInteger {
  /// Without the sign, lowest 32 bits first.
  private var words: [UInt32]
  private let isNegative: Bool

  /// - Parameter bytes: a number with its sign in two's complement, lowest first.
  init(_ bytes: ArrowBytes) throws(TareError) {
    var words: [UInt32] = []
    for offset in stride(from: 0, to: bytes.count, by: 4) {
      words.append(try bytes.load(offset, as: UInt32.self))
    }
    isNegative = words.last.map { $0 >> 31 == 1 } ?? false
    if isNegative {
      var carry = true
      for index in words.indices {
        (words[index], carry) = (~words[index]).addingReportingOverflow(carry ? 1 : 0)
      }
    }
    while words.last == 0 { words.removeLast() }
    self.words = words
  }

  /// The size of it, where 64 bits hold it.
  private var magnitude: UInt64? {
    guard words.count <= 2 else { return nil }
    return words.reversed().reduce(0) { $0 << 32 | UInt64($1) }
  }

  var integer: Int64? {
    guard let magnitude else { return nil }
    guard isNegative else { return Int64(exactly: magnitude) }
    return magnitude <= UInt64(Int64.max) + 1 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
  }

  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
    1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// The double nearest to this by ten to the power of `scale`.
  func number(scale: Int) -> Double {
    let sign = isNegative ? -1.0 : 1
    // Both are exact, so that the quotient is rounded once.
    if let magnitude, magnitude <= 1 << 53, (0..<Self.powers.count).contains(scale) {
      return sign * Double(magnitude) / Self.powers[scale]
    }
    return sign * (Double("\(digits)e\(-scale)") ?? 0)
  }

  private var digits: String {
    var rest = words
    var groups: [String] = []
    while !rest.isEmpty {
      // Nine digits at a time, from the last.
      var remainder: UInt64 = 0
      for index in rest.indices.reversed() {
        let value = remainder << 32 | UInt64(rest[index])
        rest[index] = UInt32(value / 1_000_000_000)
        remainder = value % 1_000_000_000
      }
      while rest.last == 0 { rest.removeLast() }
      let group = String(remainder)
      groups.append(
        rest.isEmpty ? group : String(repeating: "0", count: 9 - group.count) + group)
    }
    return groups.isEmpty ? "0" : groups.reversed().joined()
  }
}
