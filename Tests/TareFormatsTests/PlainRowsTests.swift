/// Tables of plain prompts and responses, and what sends them to their layout.
import TareCore
import TareFormats
import Testing

@Suite struct PlainRowsTests {
  @Test(arguments: [
    "prompt,response,score\n\"a \"\"b\"\"\",\"x,\ny\",1\n[1],,2\n",
    """
    {"prompt":"a \\"b\\"","response":"x,\\ny","score":1}
    {"score":2,"response":"","prompt":"\\u005b1]"}
    """,
  ])
  func `texts are read as they stand`(text: String) throws {
    let found = try #require(try read(text).conversations())
    #expect(found.plain != nil)
    #expect(
      Array(found) == [
        Conversation(prompt: [.user("a \"b\"")], response: "x,\ny"),
        Conversation(prompt: [.user("[1]")], response: ""),
      ])
  }

  @Test(arguments: [
    "prompt,response,score\n\"[{\"\"role\"\":\"\"user\"\",\"\"content\"\":\"\"a\"\"}]\",x,1\n",
    "prompt,response,score\n\"\n\nHuman: a\n\nAssistant:\",x,1\n",
    "prompt,response,score,system\na,x,1,\n",
    #"{"prompt":[{"role":"user","content":"a"}],"response":"x","score":1}"#,
    #"{"prompt":"a","response":"x","score":1,"tools":null}"#,
  ])
  func `other rows are for their layout`(text: String) throws {
    let found = try #require(try read(text).conversations())
    #expect(found.plain == nil)
    #expect(Array(found) == [Conversation(prompt: [.user("a")], response: "x")])
  }

  @Test func `a row without a text is refused by its layout`() throws {
    let rows = #"{"prompt":"a","response":"x","score":1}"# + "\n"
    let table = try read(rows + #"{"prompt":"a","response":3,"score":1}"#)
    let error = #expect(throws: TareError.self) { try table.conversations() }
    #expect(error?.description.contains("line 2, column 'response'") == true)
  }
}
