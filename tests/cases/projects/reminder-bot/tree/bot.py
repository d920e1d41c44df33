import logging
import os

from telegram import Update
from telegram.ext import Application, CommandHandler, ContextTypes

logging.basicConfig(level=logging.INFO)


async def remind(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    seconds = int(context.args[0])
    context.job_queue.run_once(ring, seconds, chat_id=update.effective_chat.id)
    await update.message.reply_text(f"In {seconds} s.")


async def ring(context: ContextTypes.DEFAULT_TYPE) -> None:
    await context.bot.send_message(context.job.chat_id, "Time is up!")


def main() -> None:
    application = Application.builder().token(os.environ["TELEGRAM_TOKEN"]).build()
    application.add_handler(CommandHandler("remind", remind))
    application.run_polling()


if __name__ == "__main__":
    main()
