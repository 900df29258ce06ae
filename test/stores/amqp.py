"""A client of RabbitMQ: python3 amqp.py <request>, a JSON object {port, authority, name, user, password, vhost, steps}.

Each step is a list: ["publish", exchange, key, body, count?, size?] (body repeated to so many characters), ["get", queue], ["reject", queue], ["count", queue], ["declare", queue].
Prints a JSON list with a result per step; an error of the server is text, and the steps go on in a new channel.
"""

import json
import ssl
import sys

import pika

request = json.loads(sys.argv[1])


def connect():
    context = ssl.create_default_context(cafile=request["authority"]) if request.get("authority") else None
    options = pika.SSLOptions(context, request["name"]) if context else None
    return pika.BlockingConnection(
        pika.ConnectionParameters(
            "127.0.0.1",
            request["port"],
            request["vhost"],
            pika.PlainCredentials(request["user"], request["password"]),
            ssl_options=options,
            blocked_connection_timeout=20,
            socket_timeout=20,
            connection_attempts=1,
        )
    )


def run(channel, action, name, *rest):
    if action == "publish":
        key, body, count, size = (*rest, 1, 0)[:4] if len(rest) < 4 else rest
        body = body * max(1, size // len(body))
        channel.confirm_delivery()
        for _ in range(count):
            persistent = pika.BasicProperties(delivery_mode=2)
            channel.basic_publish(name, key, body.encode(), persistent)
        return "ok"
    if action == "declare":
        channel.queue_declare(name, durable=True)
        return "ok"
    method, _, body = channel.basic_get(name)
    if method is None:
        return None
    if action == "reject":
        channel.basic_reject(method.delivery_tag, requeue=True)
    elif action == "get":
        channel.basic_ack(method.delivery_tag)
    return body.decode()


def main():
    try:
        connection = connect()
    except Exception as error:  # noqa: BLE001 any is the answer
        print(json.dumps([f"{type(error).__name__}: {error!r}"]))
        return
    results = []
    channel = None
    for step in request["steps"]:
        if channel is None or not channel.is_open:
            channel = connection.channel()
        try:
            results.append(run(channel, *step))
        except pika.exceptions.AMQPError as error:
            results.append(f"{type(error).__name__}: {error!r}")
    print(json.dumps(results))
    connection.close()


main()
