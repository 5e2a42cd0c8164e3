/// Strings as Python sees them: sequences of Unicode scalars, compared scalar by scalar.
///
/// Swift's own comparison takes "é" in its two spellings as equal, and its characters are grapheme
/// clusters; templates, and the models behind them, must see scalars.

extension Unicode.Scalar {
  /// Python's `str.isspace`.
  var isPythonSpace: Bool {
    switch value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F,
      0x205F, 0x3000:
      true
    default: false
    }
  }

  /// Where Python's `str.splitlines` ends a line.
  var isLineEnd: Bool {
    switch value {
    case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  /// Python's `str.isprintable`, which `repr` goes by.
  var isPrintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    case .spaceSeparator: self == " "
    default: true
    }
  }

  /// A letter that has case.
  var isCased: Bool { properties.isCased }

  /// As Python's `\x`, `\u` or `\U` escape, whichever is the shortest.
  var escaped: String {
    value < 0x100
      ? escaped("x", digits: 2)
      : value < 0x10000 ? escaped("u", digits: 4) : escaped("U", digits: 8)
  }

  func escaped(_ letter: Character, digits: Int) -> String {
    let hex = String(value, radix: 16)
    return "\\\(letter)" + String(repeating: "0", count: max(0, digits - hex.utf8.count)) + hex
  }
}

extension String {
  /// With Unicode's other decimal digits as ASCII ones, as Python reads numbers.
  var withASCIIDigits: String {
    guard !utf8.allSatisfy({ $0 < 0x80 }) else { return self }
    return String(
      unicodeScalars.map { scalar in
        guard scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue,
          let digit = Unicode.Scalar(0x30 + UInt32(value))
        else { return scalar }
        return digit
      })
  }

  init(_ scalars: some Sequence<Unicode.Scalar>) {
    var view = UnicodeScalarView()
    view.append(contentsOf: scalars)
    self.init(view)
  }

  var scalars: [Unicode.Scalar] { Array(unicodeScalars) }

  func isSame(as other: String) -> Bool {
    utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
  }

  /// By scalars; UTF-8 has the same order.
  func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }

  /// Without the scalars for which `strips` is true at the chosen ends.
  func stripped(start: Bool, end: Bool, _ strips: (Unicode.Scalar) -> Bool) -> String {
    var rest = unicodeScalars[...]
    if start { rest = rest.drop(while: strips) }
    if end {
      var stop = rest.endIndex
      while stop > rest.startIndex {
        let before = rest.index(before: stop)
        guard strips(rest[before]) else { break }
        stop = before
      }
      rest = rest[..<stop]
    }
    return String(rest)
  }

  /// Python's `str.splitlines`.
  func lines(keepingEnds: Bool = false) -> [String] {
    let scalars = scalars
    var lines: [String] = []
    var start = 0
    var index = 0
    while index < scalars.count {
      let end = index
      index += 1
      guard scalars[end].isLineEnd else { continue }
      if scalars[end] == "\r", index < scalars.count, scalars[index] == "\n" { index += 1 }
      lines.append(String(scalars[start..<(keepingEnds ? index : end)]))
      start = index
    }
    if start < scalars.count { lines.append(String(scalars[start...])) }
    return lines
  }

  /// With characters beyond ASCII as escapes, as Python's `ascii` has them.
  var escapedToASCII: String {
    unicodeScalars.map { $0.isASCII ? String($0) : $0.escaped }.joined()
  }

  /// Python's `repr`: in single quotes unless only double ones need no escape.
  var pythonRepresentation: String {
    let quote: Unicode.Scalar =
      unicodeScalars.contains("'") && !unicodeScalars.contains("\"") ? "\"" : "'"
    var out = UnicodeScalarView()
    out.append(quote)
    for scalar in unicodeScalars {
      switch scalar {
      case quote, "\\": out.append(contentsOf: "\\\(scalar)".unicodeScalars)
      case "\n": out.append(contentsOf: "\\n".unicodeScalars)
      case "\r": out.append(contentsOf: "\\r".unicodeScalars)
      case "\t": out.append(contentsOf: "\\t".unicodeScalars)
      case _ where scalar.isPrintable: out.append(scalar)
      default: out.append(contentsOf: scalar.escaped.unicodeScalars)
      }
    }
    out.append(quote)
    return String(out)
  }
}
