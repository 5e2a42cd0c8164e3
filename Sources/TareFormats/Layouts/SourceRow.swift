/// One row of a file of any format, and its columns read as what they must be.
package import TareCore

package struct SourceRow: Sendable {
  /// "line 12", or "row 12" where a row has no line of its own.
  package let place: String
  package let columns: JSONObject
  /// Whether every value is a string because the format has no other (CSV).
  package let isText: Bool

  package init(place: String, columns: JSONObject, isText: Bool = false) {
    self.place = place
    self.columns = columns
    self.isText = isText
  }

  /// An error in one of the columns; `field` may go into it ("chosen[2]").
  func error(_ field: String, found: String, accepted: String) -> TareError {
    .badData(place: "\(place), column '\(field)'", found: found, accepted: accepted)
  }

  /// Whether the column is there and not null.
  func has(_ column: String) -> Bool { (columns[column] ?? .null) != .null }

  /// A short string or a number that names something; nil where there is none.
  func name(_ column: String) throws(TareError) -> String? {
    switch columns[column] {
    case nil, .null: return nil
    case .string(""):
      guard isText else { throw error(column, found: "an empty string", accepted: "a name") }
      return nil
    case .string(let text): return text
    case .some(let other):
      guard let name = other.numeral else {
        throw error(column, found: other.kindName, accepted: "a string, or a number below 2^53")
      }
      return name
    }
  }

  func string(_ column: String) throws(TareError) -> String {
    let value = columns[column] ?? .null
    guard let text = value.string else {
      throw error(column, found: value.kindName, accepted: "a string")
    }
    return text
  }

  /// JudgeBench's label.
  func isABetter() throws(TareError) -> Bool {
    let label = columns["label"] ?? .null
    guard let isABetter = label.isABetter else {
      throw error("label", found: label.text(), accepted: "\"A>B\" or \"B>A\"")
    }
    return isABetter
  }
}
