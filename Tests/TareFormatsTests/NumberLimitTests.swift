/// Numbers that a double holds but no sum of squares.
import Foundation
import TareCore
import TareFormats
import Testing

@Suite struct NumberLimitTests {
  @Test(arguments: [
    "prompt_id,score\n1,1.7e308\n1,2\n", "prompt_id;score\n1;1,7e308\n1;2,5\n",
    #"[{"prompt_id":1,"score":-1.7e308},{"prompt_id":1,"score":2}]"#,
    #"{"prompt_id":[1,1],"score":[[1e200],[2]]}"#,
  ])
  func `numbers whose squares overflow are refused where they stand`(text: String) throws {
    let table = try readTable(Data(text.utf8), name: "in")
    let error = #expect(throws: TareError.self) { try table.numbers(in: "score") }
    #expect(error?.description.contains("magnitude up to 1e100") == true, "\(error as Any)")
    #expect(error?.description.contains("score") == true, "\(error as Any)")
  }

  @Test func `the largest that are taken can be cubed and summed`() {
    #expect(Double.mostMagnitude.isUsable && (-Double.mostMagnitude).isUsable)
    #expect(!Double.mostMagnitude.nextUp.isUsable && !Double.nan.isUsable)
    #expect((pow(Double.mostMagnitude, 3) * 1e7).isFinite)
  }
}
