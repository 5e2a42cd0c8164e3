/// The rewriting rules that a SentencePiece model carries in compiled form.
import Foundation
package import TareCore

package struct Precompiled: Normalizer {
  package static let typeName = "Precompiled"
  package static let summary = "SentencePiece's compiled rules"

  private let map: CharacterMap

  package init(_ part: Part) throws(TareError) {
    let text = try part.string("precompiled_charsmap")
    guard let data = Data(base64Encoded: text) else {
      throw part.error("precompiled_charsmap", "text that is not base64", "base64")
    }
    do throws(TareError) {
      map = try CharacterMap(Array(data))
    } catch {
      throw error.inside("\(part.place).precompiled_charsmap")
    }
  }

  /// A grapheme of fewer than six bytes is looked up whole, and then stands for the shortest rule
  /// that it begins with; other graphemes scalar by scalar (`tokenizers` 0.23, `precompiled.rs`).
  package func normalize(_ text: inout NormalizedText) {
    var result: [UInt8] = []
    result.reserveCapacity(text.bytes.count)
    for character in String(decoding: text.bytes, as: UTF8.self) {
      let bytes = Array(character.utf8)
      if bytes.count < 6, let rewritten = map.rewrite(bytes[...]) {
        result.append(contentsOf: rewritten)
        continue
      }
      var position = 0
      while position < bytes.count {
        let width = UTF8Scalar(bytes.span, at: position).width
        let scalar = bytes[position..<position + width]
        result.append(contentsOf: map.rewrite(scalar) ?? scalar)
        position += width
      }
    }
    text.bytes = result
  }
}
