using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Localization;
using MimeKit;

namespace SkillPlatform.Identity;

/// <summary>Makes the mail of a letter, in the language of the page that asked for it; null where there is nobody to write to.</summary>
internal sealed class LetterText(
    UserManager<Account> users,
    IStringLocalizer<Texts> texts,
    IConfiguration configuration
)
{
    public async Task<MimeMessage?> Compose(Letter letter)
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(letter.Culture);
        var account = letter.Account is { } id
            ? await users.FindByIdAsync(id.ToString())
            : await users.FindByEmailAsync(letter.Address);
        if (account is null || account.Suspended)
            return null;
        var (kind, link) = letter.Kind switch
        {
            // Whoever has not confirmed yet has forgotten the confirmation, whatever was asked for.
            _ when !account.EmailConfirmed => (
                Letter.Confirm,
                Link("confirm", account, await users.GenerateEmailConfirmationTokenAsync(account))
            ),
            // To the address that it was asked for, or to none.
            Letter.Again when account.NormalizedEmail == users.NormalizeEmail(letter.Address) => (
                Letter.Again,
                Link("confirm", account, await users.GenerateEmailConfirmationTokenAsync(account)) + "&again=true"
            ),
            Letter.Reset => (
                Letter.Reset,
                Link("reset", account, await users.GeneratePasswordResetTokenAsync(account))
            ),
            Letter.Known => (Letter.Known, $"{Origin}/forgot"),
            Letter.Moving => (Letter.Moving, $"{Origin}/forgot"),
            Letter.Move when await IsFree(letter.Address, account) => (
                Letter.Move,
                Link("address/confirm", account, await users.GenerateChangeEmailTokenAsync(account, letter.Address))
                    + $"&email={Uri.EscapeDataString(letter.Address)}"
            ),
            _ => (letter.Kind, null),
        };
        return link is null ? null : Message(letter, account, kind, link);
    }

    // Somebody else's: whoever asked is not told so.
    private async Task<bool> IsFree(string address, Account account) =>
        await users.FindByEmailAsync(address) is not { EmailConfirmed: true } other || other.Id == account.Id;

    private string Origin => configuration["Identity:Authority"]!.TrimEnd('/');

    private string Link(string page, Account account, string token) =>
        $"{Origin}/{page}?account={account.Id}&token={WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(token))}";

    private MimeMessage Message(Letter letter, Account account, string kind, string link)
    {
        var message = new MimeMessage
        {
            Subject = texts[$"Mail.{kind}.Subject"],
            Body = new TextPart("plain") { Text = texts[$"Mail.{kind}.Body", account.Name, link] },
            MessageId = $"{letter.Id}@{new Uri(Origin).Host}",
        };
        message.From.Add(MailboxAddress.Parse(configuration["Smtp:From"] ?? "skills@example.org"));
        message.To.Add(new MailboxAddress(account.Name, letter.Account is null ? account.Email! : letter.Address));
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Headers.Add(HeaderId.ContentLanguage, CultureInfo.CurrentUICulture.Name);
        return message;
    }
}
