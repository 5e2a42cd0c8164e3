/// Post-processors one after the other, of which at most one adds tokens.
package import TareCore

package struct PostProcessorSequence: PostProcessor {
  package static let typeName = "Sequence"
  package static let summary = "post-processors one after the other"

  package let template: TokenTemplate?

  package init(_ part: Part) throws(TareError) {
    var templates: [TokenTemplate] = []
    for part in try part.parts("processors") {
      if let template = try PostProcessors.make(part).template { templates.append(template) }
    }
    guard templates.count <= 1 else {
      throw part.error(
        "processors", "\(templates.count) that add tokens", "at most one that adds tokens")
    }
    template = templates.first
  }
}
