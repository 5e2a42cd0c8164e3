/// The kinds of normaliser of tokenizer.json, and what each must do.
package import TareCore

/// Rewrites text before it is cut into words.
package protocol TextNormalizer: Sendable {
  /// - Throws: `TareError.badData` when a pattern has spent the text's budget.
  func normalize(_ text: inout NormalizedText) throws(TareError)
}

/// A normaliser that tokenizer.json can name.
package protocol Normalizer: FilePart, TextNormalizer {
  /// - Throws: `TareError.badData` that names the place in the file.
  init(_ part: Part) throws(TareError)
}

/// A text, or a part of one, on its way through the normalisers.
package struct NormalizedText {
  /// UTF-8.
  var bytes: [UInt8]
  /// Whether the first byte is made of the first scalar of the whole text, for `Metaspace`.
  var startsText: Bool
  /// What patterns may still cost.
  var patterns: PatternBudget

  /// - Parameter patterns: that of the whole text; by default the text is whole.
  init(bytes: [UInt8], startsText: Bool, patterns: PatternBudget? = nil) {
    self.bytes = bytes
    self.startsText = startsText
    self.patterns = patterns ?? PatternBudget(bytes: bytes.count)
  }

  /// A whole text.
  package init(_ text: String) { self.init(bytes: Array(text.utf8), startsText: true) }

  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Rewrites the text scalar by scalar; a scalar for which `body` appends nothing is left out.
  mutating func mapScalars(_ body: (Unicode.Scalar, inout [UInt8]) -> Void) {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var position = 0
    while position < bytes.count {
      let scalar = UTF8Scalar(bytes.span, at: position)
      body(Unicode.Scalar(scalar.value) ?? "\u{FFFD}", &result)
      if position == 0, result.isEmpty { startsText = false }
      position += scalar.width
    }
    bytes = result
  }

  /// Leaves out the scalars that are in the class.
  mutating func remove(_ set: ScalarClass) {
    mapScalars { scalar, result in
      if !set.contains(scalar.value) { result.append(scalar) }
    }
  }

  var isASCII: Bool { bytes.allSatisfy { $0 < 0x80 } }
}

package enum Normalizers {
  package static let registry = Registry<any Normalizer.Type>(
    "normalizer",
    [
      NFC.self,
      NFD.self,
      NFKC.self,
      NFKD.self,
      Prepend.self,
      Replace.self,
      Strip.self,
      StripAccents.self,
      Lowercase.self,
      BertNormalizer.self,
      Nmt.self,
      Precompiled.self,
      ByteLevelNormalizer.self,
      NormalizerSequence.self,
    ]
  ) { $0 }

  package static func make(_ part: Part) throws(TareError) -> any Normalizer {
    try part.entry(of: registry) { $0.typeName }.init(part)
  }
}
