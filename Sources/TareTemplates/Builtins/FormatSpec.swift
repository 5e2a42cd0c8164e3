/// How a value is laid out as text, for both of Python's ways to format.
import Foundation

/// How one value is laid out.
struct FormatSpec {
  var fill: Unicode.Scalar = " "
  /// `<`, `>`, `^`, or `=`: between the sign and the digits.
  var align: Unicode.Scalar?
  /// `-`, or `+` or a space before numbers that are not negative.
  var sign: Unicode.Scalar = "-"
  var isAlternate = false
  var width = 0
  var grouping: Unicode.Scalar?
  var precision: Int?
  /// The letter that says how; nil for the value's own way.
  var type: Unicode.Scalar?

  /// More digits than any double has.
  private static let mostDigits = 400

  func formatted(_ value: Value, budget: Budget) throws(Fault) -> String {
    try budget.spend(value.weight)
    switch type {
    case "d", "i", "u", "x", "X", "o", "b":
      return try padded(try integer(value), isNumber: true, budget)
    case "e", "E", "f", "F", "g", "G", "%":
      return try padded(try float(value), isNumber: true, budget)
    case "c":
      guard let code = value.index, let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init)
      else { throw .type("%c requires int or char") }
      return try padded(String(scalar), isNumber: false, budget)
    case "s": return try padded(cut(value.text), isNumber: false, budget)
    case nil: return try plain(value, budget: budget)
    case .some(let letter): throw .value("Unknown format code '\(letter)'")
    }
  }

  private func plain(_ value: Value, budget: Budget) throws(Fault) -> String {
    switch value {
    case .int: return try padded(try integer(value), isNumber: true, budget)
    case .float(let number):
      guard let precision else {
        return try padded(
          signed(number.sign == .minus, number.magnitude.pythonText), isNumber: true, budget)
      }
      return try padded(
        signed(number.sign == .minus, c("g", number.magnitude, max(precision, 1))), isNumber: true,
        budget)
    default: return try padded(cut(value.text), isNumber: false, budget)
    }
  }

  private func cut(_ text: String) -> String {
    precision.map { String(text.unicodeScalars.prefix($0)) } ?? text
  }

  private func signed(_ isNegative: Bool, _ digits: String) -> String {
    (isNegative ? "-" : sign == "-" ? "" : String(sign)) + digits
  }

  private func integer(_ value: Value) throws(Fault) -> String {
    let number: Int
    switch value {
    case .float(let float) where type == "d" || type == "i" || type == "u":
      guard let whole = Int(exactly: float.rounded(.towardZero)) else {
        throw .value("a float that is no integer of 64 bits")
      }
      number = whole
    default:
      guard let index = value.index else {
        throw .type("%\(type ?? "d") format: a real number is required, not \(value.typeName)")
      }
      number = index
    }
    let radixes: [Unicode.Scalar: Int] = ["x": 16, "X": 16, "o": 8, "b": 2]
    let radix = type.flatMap { radixes[$0] } ?? 10
    var digits = String(number.magnitude, radix: radix, uppercase: type == "X")
    if let precision, precision <= Self.mostDigits {
      digits = String(repeating: "0", count: max(0, precision - digits.utf8.count)) + digits
    }
    digits = grouped(digits)
    if isAlternate, radix != 10, let type { digits = "0\(type)" + digits }
    return signed(number < 0, digits)
  }

  private func float(_ value: Value) throws(Fault) -> String {
    guard let number = value.number else {
      throw .type("must be real number, not \(value.typeName)")
    }
    guard number.isFinite else { return number.pythonText }
    let isPercent = type == "%"
    let letter = isPercent ? "f" : type ?? "f"
    let text = c(letter, isPercent ? number.magnitude * 100 : number.magnitude, precision ?? 6)
    let point = text.firstIndex { !$0.isNumber } ?? text.endIndex
    let whole = grouped(String(text[..<point])) + text[point...]
    return signed(number.sign == .minus, whole + (isPercent ? "%" : ""))
  }

  private func c(_ letter: Unicode.Scalar, _ number: Double, _ precision: Int) -> String {
    String(format: "%.\(min(precision, Self.mostDigits))\(letter)", number)
  }

  /// Digits between separators.
  private var groupSize: Int { ["b", "o", "x", "X"].contains(type) ? 4 : 3 }

  private func grouped(_ digits: String) -> String {
    guard let grouping else { return digits }
    var out: [Character] = []
    for (index, digit) in digits.reversed().enumerated() {
      if index > 0, index % groupSize == 0 { out.append(Character(grouping)) }
      out.append(digit)
    }
    return String(out.reversed())
  }

  /// A number with zeros before it up to the width, which are grouped as its digits are.
  private func groupedZeros(_ text: String, _ budget: Budget) throws(Fault) -> String {
    try budget.spend(bytes: width, times: 2)
    let sign = String(text.unicodeScalars.prefix { $0 == "-" || $0 == "+" || $0 == " " })
    let separator = grouping.map(Character.init)
    let rest = text.dropFirst(sign.count)
    let whole = rest.prefix { $0.isHexDigit || $0 == separator }
    let fraction = rest.dropFirst(whole.count)
    let digits = whole.filter { $0 != separator }
    let room = width - sign.count - fraction.count
    var places = digits.count
    while places + (places - 1) / groupSize < room { places += 1 }
    let zeros = String(repeating: "0", count: places - digits.count)
    return sign + grouped(zeros + digits) + fraction
  }

  private func padded(
    _ text: String, isNumber: Bool, _ budget: Budget
  ) throws(Fault) -> String {
    let missing = width - text.unicodeScalars.count
    guard missing > 0 else { return text }
    if grouping != nil, self.fill == "0", align == "=" { return try groupedZeros(text, budget) }
    let filler = String(self.fill)
    // Putting them together takes as long as eight steps for each 16 bytes.
    for _ in 0..<8 { try budget.spend(bytes: filler.utf8.count, times: missing) }
    func fill(_ count: Int) -> String { String(repeating: filler, count: count) }
    switch align ?? (isNumber ? ">" : "<") {
    case "<": return text + fill(missing)
    case "^": return fill(missing / 2) + text + fill(missing - missing / 2)
    case "=":
      var sign = text.unicodeScalars.prefix { $0 == "-" || $0 == "+" || $0 == " " }
      if isAlternate, let type, "xXob".unicodeScalars.contains(type) {
        sign = text.unicodeScalars.prefix(sign.count + 2)
      }
      return String(sign) + fill(missing) + String(text.unicodeScalars.dropFirst(sign.count))
    default: return fill(missing) + text
    }
  }
}
