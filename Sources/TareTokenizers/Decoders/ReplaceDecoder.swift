/// Puts a string in the place of what a pattern matches, token by token.
package import TareCore

package struct ReplaceDecoder: TokenDecoder {
  package static let typeName = "Replace"
  package static let summary = "replaces what a string or pattern matches"

  private let pattern: TextPattern
  private let content: [UInt8]

  package init(_ part: Part) throws(TareError) {
    guard let pattern = try part.optionalPart("pattern") else {
      throw part.error("pattern", "nothing", "an object")
    }
    self.pattern = try TextPattern(pattern)
    content = Array(try part.string("content").utf8)
  }

  init(_ text: String, with content: String) {
    pattern = .literal(Array(text.utf8))
    self.content = Array(content.utf8)
  }

  package func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
    tokens.map { pattern.replacing(in: $0, with: content) }
  }
}
