/// What concerns the places of tokens in the text alone, and so nothing here.
package struct ByteLevelProcessing: PostProcessor {
  package static let typeName = "ByteLevel"
  package static let summary = "adds no tokens; trims their places"

  package let template: TokenTemplate? = nil

  package init(_ part: Part) {}
}
