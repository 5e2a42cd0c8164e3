/// A run's responses on their way from the store to the model, tokenised ahead on a thread of their
/// own.
internal import Foundation
internal import TareCore
internal import TareScoring
internal import TareStore

/// Pages of unscored responses, tokenised, planned, and handed over batch by batch.
///
/// A page is planned as a whole, so that responses of a prompt come together wherever they stand in
/// it. The queue is bounded: at most a few batches wait.
final class TokenizedPages: Sendable {
  /// Responses that are planned together.
  private static let pageSize = 4096

  /// What comes out: a batch, and how many responses of its page had the text of another.
  struct Batch: Sendable {
    let conversations: [TokenizedConversation]
    let duplicates: Int
    /// How many responses of the page go on after their last step token.
    let unreadSteps: Int
  }

  private let queue = BoundedQueue<Result<Batch, TareError>>(capacity: 8)

  /// - Parameter check: whether the model takes a text.
  init(
    _ store: Store, _ run: Run, _ model: TextModel, _ options: ScoringOptions,
    sharesPrefixes: Bool,
    _ check: @escaping @Sendable (TokenizedConversation) throws(TareError) -> Void
  ) {
    let thread = Thread { [queue] in
      do throws(TareError) {
        try Self.produce(store, run, model, options, sharesPrefixes, check) {
          queue.push(.success($0))
        }
      } catch {
        _ = queue.push(.failure(error))
      }
      queue.close()
    }
    thread.name = "tare-tokenizer"
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// The next batch; nil after the last.
  func next() throws(TareError) -> Batch? { try queue.pop()?.get() }

  /// Nothing more is wanted.
  func close() { queue.close() }

  /// - Parameter take: returns false when no more is wanted.
  private static func produce(
    _ store: Store, _ run: Run, _ model: TextModel, _ options: ScoringOptions,
    _ sharesPrefixes: Bool, _ check: (TokenizedConversation) throws(TareError) -> Void,
    _ take: (Batch) -> Bool
  ) throws(TareError) {
    var last: UnscoredItem?
    while true {
      let page = try store.unscoredItems(of: run, after: last, limit: pageSize)
      guard let end = page.last else { return }
      last = end
      let conversations = try store.tokenize(page, run: run, model, options, check)
      // Equal texts are scored once.
      var unique: [Digest: TokenizedConversation] = [:]
      for (digest, conversation) in conversations { unique[digest] = conversation }
      var duplicates = page.count - unique.count
      var unreadSteps = conversations.count { $1.hasUnreadStep }
      let ordered = unique.sorted { $0.key < $1.key }.map(\.value)
      for batch in BatchRunner.batches(ordered, sharesPrefixes: sharesPrefixes) {
        let batch = Batch(
          conversations: batch, duplicates: duplicates, unreadSteps: unreadSteps)
        guard take(batch) else { return }
        (duplicates, unreadSteps) = (0, 0)
      }
    }
  }
}

extension Store {
  /// Tokenises a page of responses and notes their tokens.
  fileprivate func tokenize(
    _ page: [UnscoredItem], run: Run, _ model: TextModel, _ options: ScoringOptions,
    _ check: (TokenizedConversation) throws(TareError) -> Void
  ) throws(TareError) -> [(Digest, TokenizedConversation)] {
    var result: [(Digest, TokenizedConversation)] = []
    var tokens: [ItemTokens] = []
    for item in page {
      do throws(TareError) {
        let conversation = try model.tokenize(item.conversation, options)
        try check(conversation)
        let digest = conversation.digest
        result.append((digest, conversation))
        tokens.append(
          ItemTokens(item: item.id, digest: digest, truncated: conversation.truncated))
      } catch {
        throw error.inside("row \(item.position + 1), response \(item.index + 1)")
      }
    }
    try setTokens(tokens, of: run)
    return result
  }
}
