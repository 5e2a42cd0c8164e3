/// For threads that wait for engines.
package import TareCore
internal import TareScoring

/// Waits for asynchronous work, on a thread that is not one of those that Swift's tasks share.
package func waiting<Value: Sendable>(
  for work: @escaping @Sendable () async throws(TareError) -> Value
) throws(TareError) -> Value {
  let results = BoundedQueue<Result<Value, TareError>>(capacity: 1)
  Task {
    do throws(TareError) {
      _ = results.push(.success(try await work()))
    } catch {
      _ = results.push(.failure(error))
    }
  }
  guard let result = results.pop() else { throw .fault("a result is missing") }
  return try result.get()
}
