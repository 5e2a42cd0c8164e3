/// JSON in, and JSON out as Python's `json.dumps` writes it.
import TareCore

extension Value {
  /// - Throws: if it is larger or nested deeper than `Limits` allow.
  init(_ json: JSONValue) throws(Fault) {
    self = try Self.converted(json, depth: 0)
  }

  private static func converted(_ json: JSONValue, depth: Int) throws(Fault) -> Value {
    guard depth < Limits.valueDepth else {
      throw .limit("JSON nested too deep", Limits.valueDepth)
    }
    switch json {
    case .null: return .none
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .bigInt(let digits): return .bigInt(digits)
    case .double(let value): return .float(value)
    case .string(let text): return .string(text)
    case .array(let values):
      return try .list(
        values.map { value throws(Fault) in try converted(value, depth: depth + 1) })
    case .object(let object):
      return .dict(
        try Dict(
          object.members.map { member throws(Fault) in
            (key: .string(member.key), value: try converted(member.value, depth: depth + 1))
          }))
    }
  }
}

/// Writes a value as `json.dumps` does.
struct JSONWriter {
  /// What one level is indented by; on one line if nil.
  var indent: String?
  var itemSeparator = ", "
  var keySeparator = ": "
  var sortsKeys = false
  var escapesNonASCII = false
  let budget: Budget

  func text(of value: Value) throws(Fault) -> String {
    var out = ""
    try budget.spend(value.weight)
    try write(value, to: &out, level: 0)
    return out
  }

  private func write(_ value: Value, to out: inout String, level: Int) throws(Fault) {
    switch value {
    case .none: out += "null"
    case .bool(let value): out += value ? "true" : "false"
    case .int(let value): out += String(value)
    case .bigInt(let digits): out += digits
    case .float(let value): out += number(value)
    case .string(let text), .markup(let text): quote(text, to: &out)
    case .list(let items), .tuple(let items):
      try writeAll(items.values, "[", "]", to: &out, level) { item, out throws(Fault) in
        try write(item, to: &out, level: level + 1)
      }
    case .dict(let dict):
      try writeAll(try entries(dict), "{", "}", to: &out, level) { entry, out throws(Fault) in
        quote(entry.key, to: &out)
        out += keySeparator
        try write(entry.value, to: &out, level: level + 1)
      }
    default: throw .type("Object of type \(value.typeName) is not JSON serializable")
    }
  }

  private func writeAll<Item>(
    _ items: [Item], _ open: String, _ close: String, to out: inout String, _ level: Int,
    _ write: (Item, inout String) throws(Fault) -> Void
  ) throws(Fault) {
    if items.isEmpty {
      out += open + close
      return
    }
    out += open
    for (index, item) in items.enumerated() {
      if index > 0 { out += itemSeparator }
      try newLine(level + 1, to: &out)
      try write(item, &out)
    }
    try newLine(level, to: &out)
    out += close
  }

  private func newLine(_ level: Int, to out: inout String) throws(Fault) {
    guard let indent else { return }
    try budget.spend(bytes: indent.utf8.count, times: level)
    out += "\n" + String(repeating: indent, count: level)
  }

  private func entries(_ dict: Dict) throws(Fault) -> [(key: String, value: Value)] {
    var entries = dict.entries
    if sortsKeys {
      entries = try entries.sorted { a, b throws(Fault) in try a.key.isLess(than: b.key) }
    }
    return try entries.map { entry throws(Fault) in (try key(entry.key), entry.value) }
  }

  private func key(_ key: Value) throws(Fault) -> String {
    switch key {
    case .string(let text), .markup(let text): return text
    case .none: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .int(let value): return String(value)
    case .bigInt(let digits): return digits
    case .float(let value): return number(value)
    default:
      throw .type("keys must be str, int, float, bool or None, not \(key.typeName)")
    }
  }

  private func number(_ value: Double) -> String {
    if value.isFinite { return value.pythonText }
    return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
  }

  private func quote(_ text: String, to out: inout String) {
    out += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case "\u{8}": out += "\\b"
      case "\u{C}": out += "\\f"
      case "\u{0}"..<"\u{20}": out += scalar.escaped("u", digits: 4)
      default:
        if escapesNonASCII, scalar.value > 0x7E {
          for unit in UTF16.encode(scalar) ?? .init() {
            let hex = String(unit, radix: 16)
            out += "\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
          }
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    out += "\""
  }
}
