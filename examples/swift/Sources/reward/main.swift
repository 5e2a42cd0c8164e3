// The rewards of two answers: swift run reward MODEL [HEAD]
import Foundation
import TareCore
import TareScoring

let arguments = CommandLine.arguments.dropFirst()
guard let path = arguments.first else {
  print("usage: reward MODEL [HEAD]")
  exit(64)
}
let model = try RewardModel(
  at: URL(filePath: path), head: arguments.count > 1 ? arguments.last : nil)
let question = "What is the capital of France?"
let rewards = try model.score(
  [
    Conversation(question, response: "Paris."),
    Conversation(question, response: "I would rather talk about cheese."),
    Conversation(
      [.system("Answer in one word."), .user(question)], response: "Paris."),
  ], date: "2026-11-30")
for reward in rewards { print(reward) }
