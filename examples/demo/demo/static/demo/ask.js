// Asks the server; whatever goes wrong becomes an Error whose message is a sentence.

const AWAY = "The server does not answer. Is it still running?";

async function request(url, options) {
  try {
    return await fetch(url, options);
  } catch {
    throw new Error(AWAY);
  }
}

export async function get(url) {
  const answer = await request(url);
  if (!answer.ok) throw new Error(`The server could not give ${url} (status ${answer.status}).`);
  return answer;
}

export async function post(url, type, body) {
  const answer = await request(url, { method: "POST", headers: { "Content-Type": type }, body });
  let value;
  try {
    value = await answer.json();
  } catch {
    throw new Error(`The server's answer could not be read (status ${answer.status}).`);
  }
  if (!answer.ok) throw new Error(value.error);
  return value;
}
