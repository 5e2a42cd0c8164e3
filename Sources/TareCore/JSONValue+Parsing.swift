/// JSON as a value, read by `JSONReader`.
package import Foundation

extension JSONValue {
  /// - Throws: `TareError.badData` whose place is "line L, column C".
  package init(parsing text: some StringProtocol) throws(TareError) {
    try self.init(parsing: Array(text.utf8))
  }

  package init(parsing data: Data) throws(TareError) {
    try self.init(parsing: Array(data))
  }

  /// - Parameters:
  ///   - firstLine: the number of the text's first line in its file, for errors.
  ///   - takesLoneSurrogates: takes them for U+FFFD; else they are an error.
  package init(
    parsing bytes: [UInt8], firstLine: Int = 1, takesLoneSurrogates: Bool = true
  ) throws(TareError) {
    var reader = JSONReader(
      bytes, firstLine: firstLine, takesLoneSurrogates: takesLoneSurrogates)
    var result = JSONValue.null
    try reader.document { (reader) throws(TareError) in result = try reader.value() }
    self = result
  }
}
