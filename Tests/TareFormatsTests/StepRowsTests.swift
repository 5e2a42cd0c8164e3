/// Rows whose response is a list of steps.
import Foundation
import TareCore
import TareFormats
import Testing

@Suite struct StepRowsTests {
  private func sets(_ text: String, name: String = "in.jsonl") throws(TareError) -> [CandidateSet] {
    try readCandidates(Data(text.utf8), name: name)
  }

  @Test func `TRL's stepwise rows say the first wrong step`() throws {
    let set = try #require(
      sets(
        #"{"prompt":"2+2?","completions":["Add.","It is 5.","Done."],"labels":[true,false,true]}"#
      ).first)
    #expect(set.prompt == [.user("2+2?")])
    #expect(set.responses.map(\.text) == ["Add.\n\nIt is 5.\n\nDone."])
    #expect(set.responses[0].turns.last?[Message.stepsMember] == ["Add.", "It is 5.", "Done."])
    #expect(set.extras["label"] == 1 && set.extras.count == 1)
    let right = try sets(#"{"prompt":"2+2?","completions":["It is 4."],"labels":[1]}"#)
    #expect(right.first?.extras["label"] == -1)
  }

  @Test func `ProcessBench's rows are read as they are published`() throws {
    let set = try #require(
      sets(
        """
        {"id":"gsm8k-3","generator":"Qwen2-7B","problem":"2+2?","steps":["Add.","It is 5."],\
        "final_answer_correct":false,"label":1}
        """
      ).first)
    #expect(set.id == "gsm8k-3" && set.subset == "gsm8k")
    #expect(set.responses.map(\.text) == ["Add.\n\nIt is 5."])
    #expect(set.extras["label"] == 1 && set.extras["generator"] == "Qwen2-7B")
  }

  @Test func `lists in cells are read, too`() throws {
    let text = "prompt,completions,labels\n2+2?,\"[\"\"a\"\",\"\"b\"\"]\",\"[true,true]\"\n"
    #expect(try sets(text, name: "in.csv").first?.responses.map(\.text) == ["a\n\nb"])
  }

  @Test(arguments: [
    (
      #"{"prompt":"p","completions":["a","b"],"labels":[true]}"#,
      "labels': expected 2, one per step, found 1 values"
    ),
    (#"{"prompt":"p","completions":["a"],"labels":["perhaps"]}"#, "labels[0]"),
    (#"{"prompt":"p","completions":[],"labels":[]}"#, "no steps"),
    (#"{"problem":"p","steps":["a","b"],"label":2}"#, "from 0 to 1, or -1"),
    (#"{"problem":"p","steps":["a",3],"label":-1}"#, "steps[1]"),
    (#"{"problem":"p","steps":"a","label":-1}"#, "a list of steps"),
  ])
  func `a row that is not right is refused with its place`(row: String, message: String) {
    let error = #expect(throws: TareError.self) { try sets(row) }
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
  }
}
