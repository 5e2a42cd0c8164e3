/// The kinds of decoder of tokenizer.json, and what each must do.
package import TareCore

/// Turns the spellings of tokens back into text, one step of several.
package protocol TokenDecoder: FilePart, Sendable {
  /// - Throws: `TareError.badData` that names the place in the file.
  init(_ part: Part) throws(TareError)

  /// - Parameter tokens: UTF-8, as the step before left them. The last step's are joined.
  /// - Throws: `TareError.badData` when a pattern takes too many steps.
  func decode(_ tokens: [[UInt8]]) throws(TareError) -> [[UInt8]]
}

package enum TokenDecoders {
  package static let registry = Registry<any TokenDecoder.Type>(
    "decoder",
    [
      ByteLevelDecoder.self,
      MetaspaceDecoder.self,
      ReplaceDecoder.self,
      StripDecoder.self,
      FuseDecoder.self,
      ByteFallbackDecoder.self,
      WordPieceDecoder.self,
      BPEDecoder.self,
      CTCDecoder.self,
      DecoderSequence.self,
    ]
  ) { $0 }

  package static func make(_ part: Part) throws(TareError) -> any TokenDecoder {
    try part.entry(of: registry) { $0.typeName }.init(part)
  }
}

/// Bytes that are not UTF-8 become U+FFFD, one for each longest part that begins a scalar.
func repaired(_ bytes: [UInt8]) -> [UInt8] { Array(String(decoding: bytes, as: UTF8.self).utf8) }
