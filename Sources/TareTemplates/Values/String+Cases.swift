/// Letters and their cases, words and ends of texts, as Python's `str` has them.

extension Unicode.Scalar {
  /// Python's `str.isalpha`.
  var isLetter: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }
}

extension Unicode.Scalar {
  /// Python's `str.casefold` of one character. The standard library does not say the folding; the
  /// lower case of the upper case is it, but for what the cases of Cherokee and of ẞ are.
  var caseFolded: String {
    switch value {
    case 0x1E9E: return "ss"
    case 0x13A0...0x13F5: return String(self)
    case 0xAB70...0xABBF, 0x13F8...0x13FD: return properties.uppercaseMapping
    case 0x0130: return "i\u{307}"
    case 0x0131: return String(self)
    default:
      let upper = properties.uppercaseMapping
      return upper.unicodeScalars.map(\.properties.lowercaseMapping).joined()
    }
  }
}

extension String {
  /// Python's `istitle`.
  var isTitled: Bool {
    var follows = false
    var isSome = false
    for scalar in unicodeScalars {
      let isTitle =
        scalar.properties.isUppercase || scalar.properties.generalCategory == .titlecaseLetter
      if isTitle ? follows : scalar.properties.isLowercase && !follows { return false }
      follows = isTitle || scalar.properties.isLowercase
      isSome = isSome || follows
    }
    return isSome
  }

  /// First letter in title case, the others in lower case.
  var capitalizedFirst: String {
    guard let first = unicodeScalars.first else { return self }
    return first.properties.titlecaseMapping + lowercasedScalars.dropFirst().joined()
  }

  /// Python's `str.lower`: a capital sigma at the end of a word becomes a final one.
  var pythonLowercased: String {
    unicodeScalars.contains("\u{3A3}") ? lowercasedScalars.joined() : lowercased()
  }

  /// The lower case of each character, where it stands.
  var lowercasedScalars: [String] {
    let scalars = scalars
    return scalars.indices.map { index in
      guard scalars[index] == "\u{3A3}" else { return scalars[index].properties.lowercaseMapping }
      let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
      let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
      let isFinal = before?.isCased ?? false && !(after?.isCased ?? false)
      return isFinal ? "\u{3C2}" : "\u{3C3}"
    }
  }

  /// Python's `str.title`: a word begins after each character without case.
  var titled: String {
    var out = ""
    var startsWord = true
    for (scalar, lower) in zip(unicodeScalars, lowercasedScalars) {
      out += startsWord ? scalar.properties.titlecaseMapping : lower
      startsWord = !scalar.isCased
    }
    return out
  }

  /// Jinja's filter `title`: words begin after white space and opening brackets, in upper case.
  var titledByWords: String {
    func separates(_ scalar: Unicode.Scalar) -> Bool {
      scalar.isPythonSpace || "-({[<".unicodeScalars.contains(scalar)
    }
    var out = ""
    var rest = scalars[...]
    while let first = rest.first {
      let isSeparator = separates(first)
      let part = rest.prefix { separates($0) == isSeparator }
      out += first.properties.uppercaseMapping + String(part.dropFirst()).pythonLowercased
      rest = rest.dropFirst(part.count)
    }
    return out
  }

  /// Without white space, or any of `characters`, at the chosen ends.
  func stripped(_ characters: String?, start: Bool = true, end: Bool = true) -> String {
    guard let characters else { return stripped(start: start, end: end, \.isPythonSpace) }
    let set = Set(characters.unicodeScalars)
    return stripped(start: start, end: end, set.contains)
  }

  /// The words between white space, as Python's `split` without a separator gives them.
  /// - Parameter limit: after so many cuts the rest stays whole.
  func words(limit: Int?, fromEnd: Bool) -> [String] {
    let scalars = fromEnd ? scalars.reversed() : scalars
    var words: [String] = []
    var rest = scalars.drop(while: \.isPythonSpace)
    while !rest.isEmpty {
      let isLast = words.count == limit ?? .max
      let end = isLast ? nil : rest.firstIndex(where: \.isPythonSpace)
      let word = rest[..<(end ?? rest.endIndex)]
      words.append(fromEnd ? String(word.reversed()) : String(word))
      rest = end.map { rest[$0...].drop(while: \.isPythonSpace) } ?? []
    }
    return fromEnd ? words.reversed() : words
  }
}
