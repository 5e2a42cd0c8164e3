/// Filters that chat templates hardly use, and those that Tare does not have: these are an error where
/// a template comes to them, not before.
import Foundation

extension Filters {
  static let rare: [String: Builtin] = [
    "groupby": Builtin("attribute", "default", "case_sensitive", required: 1) {
      call throws(Fault) in
      try .list(try groups(call))
    },
    "urlencode": Builtin { call throws(Fault) in .string(try urlEncoded(call)) },
    "xmlattr": Builtin("autospace") { call throws(Fault) in .string(try attributes(call)) },
    "striptags": Builtin { call throws(Fault) in .string(try strippedOfTags(try call.text())) },
    "filesizeformat": Builtin("binary") { call throws(Fault) in .string(try fileSize(call)) },
    "pprint": unavailable, "urlize": unavailable, "wordwrap": unavailable, "random": unavailable,
  ]

  private static let unavailable = Builtin.variadic { _ throws(Fault) in
    throw .value("one of the filters pprint, random, urlize and wordwrap, which Tare does not have")
  }

  /// Pairs of a key and the values that have it, by ascending key.
  private static func groups(_ call: Call) throws(Fault) -> [Value] {
    let path = try Path(call["attribute"], call.budget)
    let fallback = call["default"]
    let keyed = try call.subject.iterated().map { value throws(Fault) in
      (key: ignoringCase(try path.value(in: value, or: fallback), call), value: value)
    }
    var groups: [(key: Value, values: [Value])] = []
    for value in try sorted(keyed, call) {
      let key = ignoringCase(try path.value(in: value, or: fallback), call)
      try call.budget.spend(key.weight)
      // Without a copy of the group, which would make each further value as dear as the group.
      if let last = groups.last?.key, last == key {
        groups[groups.count - 1].values.append(value)
      } else {
        groups.append((key, [value]))
      }
    }
    return try groups.map { group throws(Fault) in
      let key = try path.value(in: group.values[0], or: fallback)
      return .tuple(try Items([key, .list(Items(group.values))], names: ["grouper", "list"]))
    }
  }

  private static func urlEncoded(_ call: Call) throws(Fault) -> String {
    func quoted(_ value: Value, inQuery: Bool = false) throws(Fault) -> String {
      let text = try call.text(of: value)
      try call.budget.spend(bytes: 3 * text.utf8.count)
      var out = ""
      for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: " ") where inQuery: out += "+"
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
          UInt8(ascii: "-"), UInt8(ascii: "~"):
          out.unicodeScalars.append(Unicode.Scalar(byte))
        case UInt8(ascii: "/") where !inQuery: out += "/"
        default:
          let hex = String(byte, radix: 16, uppercase: true)
          out += "%" + (hex.utf8.count == 1 ? "0" : "") + hex
        }
      }
      return out
    }
    let pairs: [Value]
    switch call.subject {
    case .string: return try quoted(call.subject)
    case .dict(let dict): pairs = try Methods.pairs(dict)
    default:
      guard let elements = call.subject.elements else { return try quoted(call.subject) }
      pairs = elements
    }
    return try pairs.map { pair throws(Fault) in
      guard let pair = pair.elements, pair.count == 2 else {
        throw .value("urlencode of what are no pairs")
      }
      return try quoted(pair[0], inQuery: true) + "=" + quoted(pair[1], inQuery: true)
    }.joined(separator: "&")
  }

  private static func attributes(_ call: Call) throws(Fault) -> String {
    guard case .dict(let dict) = call.subject else {
      if case .undefined(let message) = call.subject { throw .undefined(message) }
      throw .type("xmlattr works on dict, not \(call.subject.typeName)")
    }
    var parts: [String] = []
    for (key, value) in dict.entries {
      switch value {
      case .none, .undefined: continue
      default: break
      }
      guard case .string(let name) = key.plain else {
        throw .type("an attribute name that is no str")
      }
      guard
        !name.unicodeScalars.contains(where: { " \t\n\r\u{B}\u{C}/>=".unicodeScalars.contains($0) })
      else { throw .value("Invalid character in attribute name: \(name.pythonRepresentation)") }
      let (left, right) = (
        try key.escapedText(budget: call.budget), try value.escapedText(budget: call.budget)
      )
      parts.append("\(left)=\"\(right)\"")
    }
    let space = call.given("autospace")?.isTrue ?? true
    return (space && !parts.isEmpty ? " " : "") + parts.joined(separator: " ")
  }

  /// Without comments and tags, on one line, and with the entities of `escape` taken back.
  private static func strippedOfTags(_ text: String) throws(Fault) -> String {
    var rest = Substring(text)
    for (open, close) in [("<!--", "-->"), ("<", ">")] {
      var kept = ""
      while let start = rest.range(of: open, options: .literal),
        let end = rest.range(of: close, options: .literal, range: start.lowerBound..<rest.endIndex)
      {
        kept += rest[..<start.lowerBound]
        rest = rest[end.upperBound...]
      }
      rest = Substring(kept + rest)
    }
    var line = String(rest).words(limit: nil, fromEnd: false).joined(separator: " ")
    let entities = [
      ("&lt;", "<"), ("&gt;", ">"), ("&#39;", "'"), ("&#34;", "\""), ("&quot;", "\""),
    ]
    for (entity, character) in entities { line = line.replacing(entity, with: character) }
    guard !line.replacing("&amp;", with: "").contains("&") else {
      throw .value("an entity that Tare's striptags does not have")
    }
    return line.replacing("&amp;", with: "&")
  }

  private static func fileSize(_ call: Call) throws(Fault) -> String {
    if case .undefined(let message) = call.subject { throw .undefined(message) }
    guard let bytes = call.subject.number ?? float(call.subject) else {
      throw .type("could not convert \(call.subject.typeName) to float")
    }
    let isBinary = call.flag("binary")
    let base: Double = isBinary ? 1024 : 1000
    if bytes == 1 { return "1 Byte" }
    if bytes < base { return "\(String(format: "%.0f", bytes.rounded(.towardZero))) Bytes" }
    var unit = base
    let prefixes = ["k", "M", "G", "T", "P", "E", "Z", "Y"]
    for (index, prefix) in prefixes.enumerated() {
      unit *= base
      if bytes < unit || index == prefixes.count - 1 {
        let name = isBinary ? prefix.uppercased() + "iB" : prefix + "B"
        return String(format: "%.1f ", base * bytes / unit) + name
      }
    }
    return ""
  }
}
