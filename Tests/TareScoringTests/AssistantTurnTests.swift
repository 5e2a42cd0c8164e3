import TareScoring
import Testing

@Suite struct AssistantTurnTests {
  /// As Qwen3's template: a whole response begins with empty thoughts, which the prompt does not have.
  private let thinking = AssistantTurn(
    openings: ["<end>\n<start>assistant\n<think>\n\n</think>\n\n", "<end>\n<start>assistant\n"],
    closing: "<end>\n", followsBOS: true)

  @Test(
    arguments: [
      ("<start>user\nq<end>\n<start>assistant\n<think>\n\n</think>\n\nyes<end>\n", "yes"),
      (
        "<start>user\nq<end>\n<start>assistant\n<think>\nhm\n</think>\n\nyes<end>\n",
        "<think>\nhm\n</think>\n\nyes"
      ),
      ("<start>user\nq<end>\n<start>assistant\nyes<end>", "yes"),
      ("<start>user\nq<end>\n<start>assistant\nye", "ye"),
      ("<start>user\nq<end>\n<start>assistant\n", ""),
      (
        "<start>user\nq<end>\n<start>assistant\n<think>\n\n</think>\n\nfirst<end>\n"
          + "<start>user\nr<end>\n<start>assistant\nsecond<end>\n", "second"
      ),
      ("plain", nil),
    ] as [(String, String?)])
  func `the last response is found, whole, cut or with thoughts`(text: String, response: String?) {
    #expect(thinking.response(in: text) == response)
  }

  @Test func `a prompt that is given counts before the template, and without one`() {
    let text = "<start>user\nq<end>\n<start>assistant\nyes<end>\n"
    #expect(thinking.response(in: text, after: "<start>user\n") == "q<end>\n<start>assistant\nyes")
    #expect(thinking.response(in: text, after: "another") == "yes")
    let none = AssistantTurn(openings: [], closing: "", followsBOS: false)
    #expect(none.response(in: "Q: q A: yes", after: "Q: q A: ") == "yes")
    #expect(none.response(in: "Q: q A: yes") == nil)
    // A letter and an accent that only join over the seam are told apart.
    #expect(none.response(in: "e\u{301}!", after: "e") == "\u{301}!")
  }
}
