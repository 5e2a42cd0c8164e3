/// Normalisers one after the other.
package import TareCore

package struct NormalizerSequence: Normalizer {
  package static let typeName = "Sequence"
  package static let summary = "normalizers one after the other"

  private let normalizers: [any Normalizer]

  package init(_ part: Part) throws(TareError) {
    var normalizers: [any Normalizer] = []
    for part in try part.parts("normalizers") { normalizers.append(try Normalizers.make(part)) }
    self.normalizers = normalizers
  }

  init(_ normalizers: [any Normalizer]) { self.normalizers = normalizers }

  package func normalize(_ text: inout NormalizedText) throws(TareError) {
    for normalizer in normalizers { try normalizer.normalize(&text) }
  }
}
