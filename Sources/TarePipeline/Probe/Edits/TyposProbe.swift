/// Careless writing.
package import TareCore

package enum TyposProbe: TextProbe {
  package static let key = "typos"
  package static let summary = "swaps neighbouring letters in one of 25 words"
  package static let expectation = ProbeExpectation.worse
  package static let facts = ProbeFacts.numbers

  package static func edit(
    _ response: String, prompt: [Message], _ random: inout Xoshiro256
  ) -> String? {
    var characters = Array(response)
    var changed = false
    var start = 0
    while start < characters.count {
      guard characters[start].isLetter else {
        start += 1
        continue
      }
      var end = start
      while end < characters.count, characters[end].isLetter { end += 1 }
      // Letters beside digits belong to a number.
      let isPlain =
        (start == 0 || !characters[start - 1].isNumber)
        && (end == characters.count || !characters[end].isNumber)
      if isPlain, end - start > 3, random.next(below: 25) == 0 {
        let place = start + 1 + random.next(below: end - start - 2)
        if characters[place] != characters[place + 1] {
          characters.swapAt(place, place + 1)
          changed = true
        }
      }
      start = end
    }
    return changed ? String(characters) : nil
  }
}
