/// Makes one of all tokens, for the steps that follow.
package struct FuseDecoder: TokenDecoder {
  package static let typeName = "Fuse"
  package static let summary = "joins all tokens"

  package init(_ part: Part) {}

  init() {}

  package func decode(_ tokens: [[UInt8]]) -> [[UInt8]] { [Array(tokens.joined())] }
}
