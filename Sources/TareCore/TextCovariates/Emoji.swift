/// Emoji of the response.

package enum Emoji: ResponseCovariate {
  package static let key = "emoji"
  package static let id = "markers.emoji/1"
  package static let summary = "emoji of the response"
  package static let definition =
    "emoji of the response: Unicode scalars from U+2600 to U+27BF, U+1F1E6 to U+1F1FF and U+1F300 to "
    + "U+1FAFF; one that is joined of several counts as several"

  package static func count(in response: Span<UInt8>) -> Int {
    var emoji = 0
    for index in response.indices {
      // 26 and 27 begin with E2 98 to E2 9E BF, the others with F0 9F.
      if response[index] == 0xE2, index + 2 < response.count {
        let second = response[index + 1]
        if (0x98...0x9E).contains(second) { emoji += 1 }
      } else if response[index] == 0xF0, index + 3 < response.count, response[index + 1] == 0x9F {
        let (third, fourth) = (response[index + 2], response[index + 3])
        if third == 0x87 ? fourth >= 0xA6 : (0x8C...0xAB).contains(third) { emoji += 1 }
      }
    }
    return emoji
  }
}
