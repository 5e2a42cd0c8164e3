/// Takes a character off each token's ends.
package import TareCore

package struct StripDecoder: TokenDecoder {
  package static let typeName = "Strip"
  package static let summary = "strips a character off"

  private let content: [UInt8]
  /// At most how many are taken off each end.
  private let start: Int
  private let stop: Int

  package init(_ part: Part) throws(TareError) {
    guard let scalar = try part.optionalScalar("content") else {
      throw part.error("content", "nothing", "one character")
    }
    content = Array(String(scalar).utf8)
    start = try part.int("start")
    stop = try part.int("stop")
  }

  init(_ character: Unicode.Scalar, start: Int) {
    content = Array(String(character).utf8)
    self.start = start
    stop = 0
  }

  package func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
    tokens.map { token in
      var rest = token[...]
      var taken = 0
      while taken < start, rest.starts(with: content) {
        rest = rest.dropFirst(content.count)
        taken += 1
      }
      taken = 0
      while taken < stop, rest.suffix(content.count) == content[...], !rest.isEmpty {
        rest = rest.dropLast(content.count)
        taken += 1
      }
      return Array(rest)
    }
  }
}
