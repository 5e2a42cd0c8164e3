/// What a SentencePiece model does to text before it is cut: compiled rules, spaces, the mark at the
/// text's start (SentencePiece, `normalizer.cc`).
struct SentencePieceNormalizer: TextNormalizer {
  let map: CharacterMap?
  let addsPrefix: Bool
  let removesExtraSpaces: Bool

  private static let mark: [UInt8] = [0xE2, 0x96, 0x81]

  func normalize(_ text: inout NormalizedText) {
    let bytes = map.map { Self.rewritten(text.bytes, $0) } ?? text.bytes
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 2)
    var spaces = removesExtraSpaces && text.startsText
    if addsPrefix, text.startsText, bytes.contains(where: { $0 != 0x20 || !removesExtraSpaces }) {
      result.append(contentsOf: Self.mark)
    }
    for byte in bytes {
      guard byte == 0x20 else {
        spaces = false
        result.append(byte)
        continue
      }
      if !spaces { result.append(contentsOf: Self.mark) }
      spaces = removesExtraSpaces
    }
    if removesExtraSpaces {
      while result.count >= 3, result.suffix(3) == Self.mark[...] { result.removeLast(3) }
    }
    text.bytes = result
  }

  /// At each place the longest rule that applies.
  private static func rewritten(_ bytes: [UInt8], _ map: CharacterMap) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var position = 0
    while position < bytes.count {
      if let (length, text) = map.longest(bytes[position...]) {
        result.append(contentsOf: text)
        position += length
      } else {
        let width = UTF8Scalar(bytes.span, at: position).width
        result.append(contentsOf: bytes[position..<position + width])
        position += width
      }
    }
    return result
  }
}
