/// The cleaning of BERT's tokenizer (Devlin et al. 2019, `tokenization.py`).
package import TareCore

package struct BertNormalizer: Normalizer {
  package static let typeName = "BertNormalizer"
  package static let summary = "BERT's cleaning, accents and case"

  private let cleans: Bool
  private let isolatesIdeographs: Bool
  private let stripsAccents: Bool
  private let lowercases: Bool

  package init(_ part: Part) throws(TareError) {
    cleans = try part.bool("clean_text")
    isolatesIdeographs = try part.bool("handle_chinese_chars")
    lowercases = try part.bool("lowercase")
    // Where the file does not say, accents go with the capitals.
    stripsAccents = try part.optionalBool("strip_accents") ?? lowercases
  }

  package func normalize(_ text: inout NormalizedText) {
    if cleans { Self.clean(&text) }
    if isolatesIdeographs, !text.isASCII { Self.isolateIdeographs(&text) }
    if stripsAccents, !text.isASCII {
      UnicodeForm.nfd.apply(to: &text.bytes)
      text.remove(.bertMarks)
    }
    if lowercases { Lowercase.apply(to: &text) }
  }

  private static func clean(_ text: inout NormalizedText) {
    text.mapScalars { scalar, result in
      if ScalarClass.bertControls.contains(scalar.value) { return }
      result.append(ScalarClass.space.contains(scalar.value) ? " " : scalar)
    }
  }

  private static func isolateIdeographs(_ text: inout NormalizedText) {
    text.mapScalars { scalar, result in
      guard isIdeograph(scalar.value) else { return result.append(scalar) }
      result.append(" ")
      result.append(scalar)
      result.append(" ")
    }
  }

  /// The blocks of BERT's `_is_chinese_char`, with the slip of the `tokenizers` library, which has
  /// U+2B920 where BERT has U+2B820.
  private static func isIdeograph(_ value: UInt32) -> Bool {
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
      0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
