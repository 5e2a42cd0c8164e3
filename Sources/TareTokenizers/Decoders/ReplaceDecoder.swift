/// Puts a string in the place of what a pattern matches, token by token.
package import TareCore

package struct ReplaceDecoder: TokenDecoder {
  package static let typeName = "Replace"
  package static let summary = "replaces what a string or pattern matches"

  private let replacement: Replacement

  package init(_ part: Part) throws(TareError) { replacement = try Replacement(part) }

  init(_ text: String, with content: String) {
    replacement = Replacement(text, with: content)
  }

  package func decode(_ tokens: [[UInt8]]) throws(TareError) -> [[UInt8]] {
    var budget = PatternBudget(bytes: tokens.reduce(0) { $0 + $1.count })
    var result: [[UInt8]] = []
    result.reserveCapacity(tokens.count)
    for token in tokens { result.append(try replacement.applied(to: token, &budget)) }
    return result
  }
}
